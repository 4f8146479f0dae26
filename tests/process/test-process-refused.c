/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "workers.h"

#include <sys/mman.h>

/* What can be named in another process, and what cannot. */

static void
body_double (TfTask  *task,
             gpointer user_data)
{
  tf_task_return_int64 (task, 2 * g_variant_get_int64 (tf_task_get_argument (task)));
}

/* What a task can see of itself. */
static void
body_describe (TfTask  *task,
               gpointer user_data)
{
  g_autofree char *text =
    g_strdup_printf ("%s|%s|%s|%s", tf_task_get_name (task), tf_task_get_description (task),
                     tf_task_get_argument (task) == NULL ? "none" : "some",
                     tf_task_get_reference (task) == NULL ? "" : tf_task_get_reference (task));

  tf_task_return_string (task, text);
}

static void
body_describe_nameless (TfTask  *task,
                        gpointer user_data)
{
  body_describe (task, user_data);
}

static void
body_never (TfTask  *task,
            gpointer user_data)
{
  g_error ("this task must not run");
}

static void
body_gtask (GTask        *gtask,
            gpointer      source,
            gpointer      task_data,
            GCancellable *cancellable)
{
  g_error ("this task must not run");
}

static void
count_free (gpointer data)
{
  ++*(guint *) data;
}

static void
assert_refused (TfFuture   *future,
                GError     *error,
                const char *why)
{
  g_assert_null (future);
  g_assert_error (error, TF_ERROR, TF_ERROR_NOT_PORTABLE);
  assert_contains (error->message, why);
  g_error_free (error);
}

static void
assert_task_refused (Workshop   *workshop,
                     TfTask     *task,
                     const char *why)
{
  GError   *error = NULL;
  TfFuture *future;

  tf_task_set_name (task, "Odd job");
  future = tf_executor_submit (workshop->executor, task, &error);
  assert_contains (error->message, "Odd job");
  assert_refused (future, error, why);
}

static void
test_user_data (void)
{
  Workshop workshop;
  guint    n_freed = 0;

  g_test_summary ("User data is memory of the program: such a task is refused, and the data "
                  "freed.");

  workshop_open (&workshop, 1);
  assert_task_refused (&workshop, tf_task_new (body_never, &n_freed, count_free), "user data");
  tf_test_drain (NULL);
  g_assert_cmpuint (n_freed, ==, 1);
  workshop_close (&workshop);
}

static void
test_binding (void)
{
  Workshop  workshop;
  guint     n_freed = 0;
  GError   *error = NULL;
  TfFuture *future;

  g_test_summary ("A function of a binding exists in this process only.");

  workshop_open (&workshop, 1);
  assert_task_refused (&workshop, tf_task_new_for_bindings (body_never, &n_freed, count_free),
                       "another language");
  future = tf_executor_submit_call_for_bindings (workshop.executor, body_never, &n_freed,
                                                 count_free, &error);
  assert_refused (future, error, "another language");
  tf_test_drain (NULL);
  g_assert_cmpuint (n_freed, ==, 2);
  workshop_close (&workshop);
}

static void
test_gtask (void)
{
  Workshop          workshop;
  g_autoptr (GTask) gtask = g_task_new (NULL, NULL, NULL, NULL);
  GError           *error = NULL;
  TfFuture         *future;

  g_test_summary ("A GTask belongs to this process.");

  workshop_open (&workshop, 1);
  future = tf_executor_submit_task_func (workshop.executor, gtask, body_gtask, &error);
  assert_refused (future, error, "GTask");
  workshop_close (&workshop);
  g_task_return_boolean (gtask, TRUE);
  tf_test_drain (NULL);
}

static void
test_handles (void)
{
  Workshop         workshop;
  g_autofree char *text = NULL;
  GVariant        *inside = g_variant_new ("(v)", g_variant_new_handle (1));

  g_test_summary ("Numbers of descriptors mean nothing elsewhere, also inside variants; what "
                  "cannot be sent does not cost the worker.");

  workshop_open (&workshop, 1);
  assert_task_refused (&workshop, tf_task_new_with_argument (body_never, g_variant_new_handle (0)),
                       "handles");
  assert_task_refused (&workshop,
                       tf_task_new_with_argument (body_never, g_variant_new ("(ah)", NULL)),
                       "handles");
  {
    int pid = workshop_get_pid (&workshop);

    text = finish_error (workshop_submit (&workshop, body_never, inside), TF_ERROR,
                         TF_ERROR_NOT_PORTABLE);
    assert_contains (text, "handle");
    g_assert_cmpint (workshop_get_pid (&workshop), ==, pid);
  }
  workshop_close (&workshop);
}

static void
test_depth (void)
{
  Workshop         workshop;
  GVariant        *deep = g_variant_new_int64 (1);
  g_autofree char *text = NULL;

  g_test_summary ("A variant that is nested too deeply does not travel.");

  for (guint i = 0; i < 100; i++)
    deep = g_variant_new_variant (deep);

  workshop_open (&workshop, 1);
  text = finish_error (workshop_submit (&workshop, body_never, deep), TF_ERROR,
                       TF_ERROR_NOT_PORTABLE);
  workshop_close (&workshop);
}

/* An address as a function. */
static TfTask *
new_task_at (gpointer address)
{
  TfTaskFunc func;

  memcpy (&func, &address, sizeof func);
  return tf_task_new (func, NULL, NULL);
}

static void
test_odd_functions (void)
{
  static int data = 1;
  gpointer   memory = mmap (NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  int        on_stack = 2;
  Workshop   workshop;

  g_test_summary ("What only looks like a function is refused: closures, which are made while "
                  "the program runs, and data.");

  g_assert_true (memory != MAP_FAILED);
  workshop_open (&workshop, 1);
  assert_task_refused (&workshop, new_task_at (memory), "in no module");
  assert_task_refused (&workshop, new_task_at (&on_stack), "in no module");
  assert_task_refused (&workshop, new_task_at (&data), "data");
  g_assert_cmpuint (tf_process_context_get_n_workers (workshop.context), ==, 0);
  workshop_close (&workshop);
  munmap (memory, 4096);
}

static void
test_pushes (void)
{
  Workshop                 workshop;
  g_autoptr (GError)       error = NULL;
  g_autoptr (TfWorkerPool) pool = NULL;

  g_test_summary ("Plain functions cannot be pushed to the pool of a context of processes.");

  workshop_open (&workshop, 1);
  pool = tf_parallel_context_create_pool (TF_PARALLEL_CONTEXT (workshop.context), 1, &error);
  g_assert_no_error (error);
  g_assert_false (tf_worker_pool_push (pool, count_free, NULL, &error));
  tf_worker_pool_shutdown (pool, -1, NULL);
  g_clear_object (&pool);
  g_assert_error (error, TF_ERROR, TF_ERROR_NOT_PORTABLE);
  workshop_close (&workshop);
}

/* --- References --- */

static void
assert_doubles (TfExecutor *executor)
{
  TfFuture *future =
    submit_to (executor, tf_task_new_for_reference ("name:double", g_variant_new_int64 (21)));

  tf_test_wait_done (future);
  tf_test_assert_int64 (future, 42);
  g_object_unref (future);
}

static void
test_reference (void)
{
  TfExecutor *threads = tf_executor_new ();
  Workshop    workshop;

  g_test_summary ("CTX-18: a name means the same in a thread and in a process.");

  workshop_open (&workshop, 1);
  assert_doubles (threads);
  assert_doubles (workshop.executor);
  workshop_close (&workshop);
  tf_test_executor_finish (&threads);
}

static void
test_reference_is_unknown (void)
{
  TfExecutor      *threads = tf_executor_new ();
  Workshop         workshop;
  GError          *error = NULL;
  g_autofree char *name_text = NULL;
  g_autofree char *kind_text = NULL;
  TfFuture        *future;

  g_test_summary ("A name that nobody has registered fails where it is looked up: at once in a "
                  "thread, later in a process.");

  workshop_open (&workshop, 1);
  future = tf_executor_submit (threads, tf_task_new_for_reference ("name:nobody", NULL), &error);
  assert_refused (future, error, "nobody");

  name_text =
    finish_error (submit_to (workshop.executor, tf_task_new_for_reference ("name:nobody", NULL)),
                  TF_ERROR, TF_ERROR_NOT_PORTABLE);
  assert_contains (name_text, "nobody");
  kind_text =
    finish_error (submit_to (workshop.executor, tf_task_new_for_reference ("py:mod:func", NULL)),
                  TF_ERROR, TF_ERROR_NOT_PORTABLE);
  assert_contains (kind_text, "py:mod:func");
  workshop_close (&workshop);
  tf_test_executor_finish (&threads);
}

static void
test_reference_is_wrong (void)
{
  static const char *const wrong[] = { "", "double", ":double", "name:", "name:a\nb", "Name:x" };
  Workshop                 workshop;

  g_test_summary ("What is no reference at all is refused.");

  workshop_open (&workshop, 1);
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    assert_task_refused (&workshop, tf_task_new_for_reference (wrong[i], NULL), "is no reference");
  workshop_close (&workshop);
}

static void
assert_describes (Workshop   *workshop,
                  TfTask     *task,
                  const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char   *text = NULL;
  TfFuture          *future;

  tf_task_set_name (task, "Größe");
  tf_task_set_description (task, "many words");
  future = submit_to (workshop->executor, task);
  tf_test_wait_done (future);
  text = tf_future_dup_string (future, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (text, expected));
  g_object_unref (future);
}

static void
test_description (void)
{
  Workshop workshop;

  g_test_summary ("A task knows its name, description and argument also in a worker. A function "
                  "that has a name is called by it, others by their place.");

  workshop_open (&workshop, 1);
  assert_describes (&workshop, tf_task_new (body_describe_nameless, NULL, NULL),
                    "Größe|many words|none|elf:");
  assert_describes (&workshop, tf_task_new_with_argument (body_describe, g_variant_new_int64 (1)),
                    "Größe|many words|some|name:describe");
  assert_describes (&workshop, tf_task_new_for_reference ("name:describe", NULL),
                    "Größe|many words|none|name:describe");
  workshop_close (&workshop);
}

/* --- Handlers --- */

/* Understands "toy:TEXT", for one that wants to know. */
static void
handle_toy (TfTask     *task,
            const char *reference,
            gpointer    user_data)
{
  g_autofree char *text = g_strconcat (reference, user_data, NULL);

  if (!g_str_equal (reference, "toy:nothing"))
    tf_task_return_string (task, text);
}

static void
test_handler (void)
{
  const char      *environment[] = { "TF_TEST_HANDLER=1", NULL };
  Workshop         workshop;
  TfFuture        *future;
  g_autofree char *text = NULL;

  g_test_summary ("A program may run references of its own kinds; names and functions go on "
                  "working. A handler that returns nothing has failed.");

  workshop_open (&workshop, 1);
  tf_process_context_set_environment (workshop.context, environment);
  future = submit_to (workshop.executor, tf_task_new_for_reference ("toy:car", NULL));
  tf_test_wait_done (future);
  tf_test_assert_string (future, "toy:car!");
  g_object_unref (future);
  assert_doubles (workshop.executor);
  workshop_get_pid (&workshop);
  future = submit_to (workshop.executor, tf_task_new_for_reference ("toy:nothing", NULL));
  text = finish_error (future,
                       TF_ERROR, TF_ERROR_NO_RESULT);
  assert_contains (text, "toy:nothing");
  workshop_close (&workshop);
}

static void
test_worker_run_unasked (void)
{
  g_test_summary ("Being a worker without having been started as one is a critical.");

  g_test_expect_message ("Tf", G_LOG_LEVEL_CRITICAL, "*tf_worker_requested()*");
  g_assert_cmpint (tf_worker_run (), !=, 0);
  g_test_assert_expected_messages ();
}

int
main (int    argc,
      char **argv)
{
  tf_worker_register ("double", body_double);
  tf_worker_register ("describe", body_describe);
  if (tf_worker_requested ())
    {
      if (g_getenv ("TF_TEST_HANDLER") != NULL)
        return tf_worker_run_with (handle_toy, (gpointer) "!");
      return tf_worker_run ();
    }

  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/process-refused/user-data", test_user_data);
  tf_test_add ("/process-refused/functions-of-bindings", test_binding);
  tf_test_add ("/process-refused/gtask", test_gtask);
  tf_test_add ("/process-refused/handles", test_handles);
  tf_test_add ("/process-refused/deep-variants", test_depth);
  tf_test_add ("/process-refused/closures-and-data", test_odd_functions);
  tf_test_add ("/process-refused/pushes", test_pushes);
  tf_test_add ("/process-refused/reference/is-run-anywhere", test_reference);
  tf_test_add ("/process-refused/reference/is-unknown", test_reference_is_unknown);
  tf_test_add ("/process-refused/reference/is-wrong", test_reference_is_wrong);
  tf_test_add ("/process-refused/description/is-known-in-the-worker", test_description);
  tf_test_add ("/process-refused/handler/runs-its-own-kinds", test_handler);
  tf_test_add ("/process-refused/worker-run/unasked", test_worker_run_unasked);

  return g_test_run ();
}
