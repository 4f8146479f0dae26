/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "meeting.h"

/* Each way to return with each way to get. */

typedef struct
{
  TfTaskFunc  func;
  const char *expected;
} Case;

static void
run_boolean (TfTask  *task,
             gpointer data)
{
  tf_task_return_boolean (task, TRUE);
}

static void
run_double (TfTask  *task,
            gpointer data)
{
  tf_task_return_double (task, 2.5);
}

static void
run_string (TfTask  *task,
            gpointer data)
{
  char text[] = "twelve";

  tf_task_return_string (task, text);
  text[0] = 'X';
}

static void
run_int_value (TfTask  *task,
               gpointer data)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_INT);
  g_value_set_int (&value, 12);
  tf_task_return_value (task, &value);
  g_value_unset (&value);
}

static void
run_none (TfTask  *task,
          gpointer data)
{
  tf_task_return_none (task);
}

static void
run_no_value (TfTask  *task,
              gpointer data)
{
  tf_task_return_value (task, NULL);
}

/* Takes the error, and has it none again. */
static void
append_outcome (GString    *text,
                const char *result,
                GError    **error)
{
  if (*error == NULL)
    g_string_append_printf (text, "%s ", result == NULL ? "null" : result);
  else if (g_error_matches (*error, TF_ERROR, TF_ERROR_INVALID_ARGUMENT))
    g_string_append (text, "- ");
  else
    g_string_append_printf (text, "%s:%d ", g_quark_to_string ((*error)->domain), (*error)->code);
  g_clear_error (error);
}

/* boolean int64 double string object variant boxed pointer */
static char *
get_all (TfFuture *future)
{
  GString         *text = g_string_new (NULL);
  GError          *error = NULL;
  gboolean         boolean = tf_future_get_boolean (future, &error);
  g_autofree char *string = NULL;
  char             number[G_ASCII_DTOSTR_BUF_SIZE];

  append_outcome (text, boolean ? "yes" : "no", &error);
  g_snprintf (number, sizeof number, "%" G_GINT64_FORMAT, tf_future_get_int64 (future, &error));
  append_outcome (text, number, &error);
  g_ascii_dtostr (number, sizeof number, tf_future_get_double (future, &error));
  append_outcome (text, number, &error);
  string = tf_future_dup_string (future, &error);
  append_outcome (text, string, &error);
  g_assert_null (tf_future_dup_object (future, &error));
  append_outcome (text, NULL, &error);
  g_assert_null (tf_future_dup_variant (future, &error));
  append_outcome (text, NULL, &error);
  g_assert_null (tf_future_dup_boxed (future, G_TYPE_STRV, &error));
  append_outcome (text, NULL, &error);
  g_assert_null (tf_future_steal_pointer (future, &error));
  append_outcome (text, NULL, &error);

  return g_string_free (text, FALSE);
}

static void
run_null_string (TfTask  *task,
                 gpointer data)
{
  tf_task_return_string (task, NULL);
}

static void
run_null_object (TfTask  *task,
                 gpointer data)
{
  tf_task_return_object (task, NULL);
}

static void
run_null_variant (TfTask  *task,
                  gpointer data)
{
  tf_task_return_variant (task, NULL);
}

static void
run_null_boxed (TfTask  *task,
                gpointer data)
{
  tf_task_return_boxed (task, G_TYPE_STRV, NULL);
}

static void
run_null_pointer (TfTask  *task,
                  gpointer data)
{
  tf_task_return_pointer (task, NULL, NULL);
}

static void
test_conversions (void)
{
  static const Case cases[] = {
    { run_boolean, "yes 1 - TRUE - - - - " },
    { run_eight, "yes 8 8 8 - - - - " },
    { run_int_value, "yes 12 12 12 - - - - " },
    { run_double, "- 2 2.5 2.500000 - - - - " },
    { run_string, "- - - twelve - - - - " },
    { run_none, "- - - - - - - - " },
    { run_no_value, "- - - - - - - - " },
    { run_nothing, "- - - - - - - - " },
    { run_null_string, "- - - null - - - - " },
    { run_null_object, "- - - - null - - - " },
    { run_null_variant, "- - - - - null - - " },
    { run_null_boxed, "- - - - - - null - " },
    { run_null_pointer, "- - - - - - - null " },
    { run_failing, "tf-error-quark:0 tf-error-quark:0 tf-error-quark:0 tf-error-quark:0 "
                   "tf-error-quark:0 tf-error-quark:0 tf-error-quark:0 tf-error-quark:0 " },
  };
  TfExecutor *executor = executor_new (1);

  g_test_summary ("Each kind of result can be had as what it is, and as what it can be turned "
                  "into.");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      TfFuture        *future = submit (executor, cases[i].func, NULL);
      g_autofree char *text = NULL;

      tf_test_wait_done (future);
      text = get_all (future);
      g_test_message ("case %u", i);
      g_assert_cmpstr (text, ==, cases[i].expected);
      finish_future (future);
    }

  tf_test_executor_finish (&executor);
}

static void
test_errors_by_state (void)
{
  TfExecutor      *executor = executor_new (1);
  Meeting          meeting;
  TfFuture        *future;
  TfFuture        *cancelled;
  g_autofree char *waiting = NULL;
  g_autofree char *executing = NULL;
  g_autofree char *at_end = NULL;

  g_test_summary ("FUT-23, FUT-25: without a result there is an error that says why, and the error "
                  "is there in the end only.");

  meeting_init (&meeting);
  future = submit (executor, run_meeting, &meeting);
  cancelled = submit (executor, run_never, NULL);
  waiting = get_all (future);
  g_assert_true (g_str_has_prefix (waiting, "tf-error-quark:3 tf-error-quark:3 "));
  g_assert_null (tf_future_dup_error (future));
  wait_for_state (future, TF_FUTURE_STATE_EXECUTING);
  executing = get_all (future);
  g_assert_cmpstr (executing, ==, waiting);
  g_assert_null (tf_future_dup_error (future));

  tf_future_cancel (cancelled);
  g_assert_null (tf_future_dup_error (cancelled));
  tf_test_wait_done (cancelled);
  at_end = get_all (cancelled);
  g_assert_true (g_str_has_prefix (at_end, "g-io-error-quark:19 g-io-error-quark:19 "));

  tf_test_gate_open (&meeting.go);
  finish_future (future);
  finish_future (cancelled);
  tf_test_executor_finish (&executor);
  meeting_clear (&meeting);
}

static void
test_texts (void)
{
  TfExecutor        *executor = executor_new (1);
  TfTask            *task = tf_task_new (run_eight, NULL, NULL);
  TfFuture          *future;
  g_autoptr (GError) pending = NULL;
  g_autoptr (GError) wrong = NULL;
  g_autoptr (GError) none = NULL;
  TfFuture          *empty = submit (executor, run_nothing, NULL);

  g_test_summary ("The errors of the getters name the task.");

  tf_task_set_name (task, "eight");
  future = submit_task (executor, task);
  g_assert_null (tf_future_dup_value (future, &pending));
  g_assert_cmpstr (pending->message, ==, "Task “eight” is not done yet");
  tf_test_wait_done (future);
  g_assert_null (tf_future_dup_object (future, &wrong));
  g_assert_cmpstr (wrong->message, ==, "The result of task “eight” is not of type GObject, but "
                                       "gint64");
  g_assert_cmpint (tf_future_get_int64 (empty, &none), ==, 0);
  g_assert_cmpstr (none->message, ==, "The result of task “task” is not of type gint64, but no "
                                      "value");

  finish_future (future);
  finish_future (empty);
  tf_test_executor_finish (&executor);
}

static void
test_dup_value (void)
{
  TfExecutor        *executor = executor_new (1);
  TfFuture          *future = submit (executor, run_int_value, NULL);
  TfFuture          *empty = submit (executor, run_none, NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("FUT-24: the value is as it was returned, and may be had any number of times.");

  tf_test_wait_done (future);
  for (guint i = 0; i < 2; i++)
    {
      GValue *value = tf_future_dup_value (future, &error);

      g_assert_no_error (error);
      g_assert_true (G_VALUE_HOLDS_INT (value));
      g_assert_cmpint (g_value_get_int (value), ==, 12);
      g_boxed_free (G_TYPE_VALUE, value);
    }

  tf_test_wait_done (empty);
  g_assert_null (tf_future_dup_value (empty, &error));
  g_assert_no_error (error);

  finish_future (future);
  finish_future (empty);
  tf_test_executor_finish (&executor);
}

static void
test_get_value (void)
{
  TfExecutor        *executor = executor_new (1);
  TfFuture          *future = submit (executor, run_eight, NULL);
  GValue             value = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;

  g_test_summary ("FUT-23, FUT-24: a value of the caller is filled; where there is an error it "
                  "is a pointer of NULL, and may be given again.");

  g_assert_false (tf_future_get_value (future, &value, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_PENDING);
  g_assert_true (G_VALUE_HOLDS_POINTER (&value));
  g_assert_null (g_value_get_pointer (&value));
  g_clear_error (&error);

  tf_test_wait_done (future);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (tf_future_get_value (future, &value, &error));
      g_assert_no_error (error);
      g_assert_cmpint (g_value_get_int64 (&value), ==, 8);
      g_value_unset (&value);
    }
  finish_future (future);

  future = submit (executor, run_none, NULL);
  tf_test_wait_done (future);
  g_assert_true (tf_future_get_value (future, &value, &error));
  g_assert_no_error (error);
  g_assert_true (G_VALUE_HOLDS_POINTER (&value));
  g_assert_null (g_value_get_pointer (&value));
  finish_future (future);

  tf_test_executor_finish (&executor);
}

/* Results that are references */

static void
run_object (TfTask  *task,
            gpointer object)
{
  tf_task_return_object (task, object);
}

static void
test_object (void)
{
  TfExecutor        *executor = executor_new (1);
  GObject           *object = g_object_new (G_TYPE_OBJECT, NULL);
  TfFuture          *future = submit (executor, run_object, object);
  g_autoptr (GError) error = NULL;

  g_test_summary ("FUT-24: an object comes back as the very same object.");

  tf_test_wait_done (future);
  for (guint i = 0; i < 2; i++)
    {
      GObject *same = tf_future_dup_object (future, &error);

      g_assert_no_error (error);
      g_assert_true (same == object);
      g_object_unref (same);
    }

  finish_future (future);
  g_assert_finalize_object (object);
  tf_test_executor_finish (&executor);
}

static void
run_variant (TfTask  *task,
             gpointer data)
{
  tf_task_return_variant (task, g_variant_new ("(si)", "two", 2));
}

static void
test_variant (void)
{
  TfExecutor          *executor = executor_new (1);
  TfFuture            *future = submit (executor, run_variant, NULL);
  g_autoptr (GVariant) variant = NULL;
  g_autoptr (GError)   error = NULL;
  g_autofree char     *text = NULL;

  g_test_summary ("A floating variant may be returned.");

  tf_test_wait_done (future);
  variant = tf_future_dup_variant (future, &error);
  g_assert_no_error (error);
  text = g_variant_print (variant, FALSE);
  g_assert_cmpstr (text, ==, "('two', 2)");

  finish_future (future);
  tf_test_executor_finish (&executor);
}

static void
run_strv (TfTask  *task,
          gpointer data)
{
  const char *words[] = { "one", "two", NULL };

  tf_task_return_boxed (task, G_TYPE_STRV, words);
}

static void
test_boxed (void)
{
  TfExecutor        *executor = executor_new (1);
  TfFuture          *future = submit (executor, run_strv, NULL);
  g_auto (GStrv)     words = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) wrong = NULL;

  g_test_summary ("A boxed structure is copied, and asked for with its type.");

  tf_test_wait_done (future);
  words = tf_future_dup_boxed (future, G_TYPE_STRV, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (words), ==, 2);
  g_assert_cmpstr (words[1], ==, "two");
  g_assert_null (tf_future_dup_boxed (future, G_TYPE_BYTES, &wrong));
  g_assert_error (wrong, TF_ERROR, TF_ERROR_INVALID_ARGUMENT);

  finish_future (future);
  tf_test_executor_finish (&executor);
}

typedef struct
{
  GThread *owner;
  guint    n_frees;
} Parcel;

static void
free_parcel (gpointer data)
{
  Parcel *parcel = data;

  g_assert_true (g_thread_self () == parcel->owner);
  parcel->n_frees++;
}

static void
run_parcel (TfTask  *task,
            gpointer parcel)
{
  tf_task_return_pointer (task, parcel, free_parcel);
}

static void
test_pointer (void)
{
  TfExecutor        *executor = executor_new (1);
  Parcel             parcel = { g_thread_self (), 0 };
  TfFuture          *future = submit (executor, run_parcel, &parcel);
  TfFuture          *left = submit (executor, run_parcel, &parcel);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A pointer has one taker, and is freed with the future if there is none.");

  tf_test_wait_done (future);
  g_assert_true (tf_future_steal_pointer (future, &error) == &parcel);
  g_assert_no_error (error);
  g_assert_null (tf_future_steal_pointer (future, &error));
  g_assert_no_error (error);
  finish_future (future);
  g_assert_cmpuint (parcel.n_frees, ==, 0);

  finish_future (left);
  g_assert_cmpuint (parcel.n_frees, ==, 1);
  tf_test_executor_finish (&executor);
}

static gpointer
run_unref (gpointer object)
{
  g_object_unref (object);
  return NULL;
}

static gboolean
parcel_is_free (gpointer data)
{
  return ((Parcel *) data)->n_frees > 0;
}

static void
test_pointer_dropped_elsewhere (void)
{
  TfExecutor *executor = executor_new (1);
  Parcel      parcel = { g_thread_self (), 0 };
  TfFuture   *future = submit (executor, run_parcel, &parcel);

  g_test_summary ("A future that goes on another thread has its result freed in the owner thread.");

  tf_test_wait_done (future);
  tf_test_drain (NULL);
  g_thread_join (g_thread_new ("other", run_unref, future));
  g_assert_cmpuint (parcel.n_frees, ==, 0);
  tf_test_run_until (NULL, parcel_is_free, &parcel);

  tf_test_executor_finish (&executor);
}

static gpointer
run_unref_task (gpointer task)
{
  tf_task_unref (task);
  return NULL;
}

static void
test_pointer_with_kept_task (void)
{
  TfExecutor *executor = executor_new (1);
  Parcel      parcel = { g_thread_self (), 0 };
  TfTask     *task = tf_task_ref (tf_task_new (run_parcel, &parcel, NULL));

  g_test_summary ("A result goes with the future, also where a worker still has the task.");

  finish_future (submit_task (executor, task));
  g_assert_cmpuint (parcel.n_frees, ==, 1);
  g_thread_join (g_thread_new ("other", run_unref_task, task));
  g_assert_cmpuint (parcel.n_frees, ==, 1);

  tf_test_executor_finish (&executor);
}

/* Properties, threads */

static void
test_properties (void)
{
  TfExecutor *executor = executor_new (1);
  TfFuture   *well = submit (executor, run_eight, NULL);
  TfFuture   *badly = submit (executor, run_failing, NULL);
  GValue     *value = NULL;
  GError     *error = NULL;

  g_test_summary ("The properties value and error are none until there is one.");

  g_object_get (well, "value", &value, "error", &error, NULL);
  g_assert_null (value);
  g_assert_null (error);

  tf_test_wait_done (well);
  tf_test_wait_done (badly);
  g_object_get (well, "value", &value, "error", &error, NULL);
  g_assert_cmpint (g_value_get_int64 (value), ==, 8);
  g_assert_null (error);
  g_boxed_free (G_TYPE_VALUE, value);

  g_object_get (badly, "value", &value, "error", &error, NULL);
  g_assert_null (value);
  g_assert_error (error, TF_ERROR, TF_ERROR_FAILED);
  g_clear_error (&error);

  finish_future (well);
  finish_future (badly);
  tf_test_executor_finish (&executor);
}

static gpointer
run_get (gpointer future)
{
  return GINT_TO_POINTER ((int) tf_future_get_int64 (future, NULL));
}

static void
test_elsewhere (void)
{
  TfExecutor *executor = executor_new (1);
  TfFuture   *future = submit (executor, run_eight, NULL);
  GThread    *thread;

  g_test_summary ("The result of a future that is done may be read on any thread.");

  tf_test_wait_done (future);
  thread = g_thread_new ("other", run_get, future);
  g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (thread)), ==, 8);

  finish_future (future);
  tf_test_executor_finish (&executor);
}

static gpointer
run_steal (gpointer future)
{
  return tf_future_steal_pointer (future, NULL);
}

static void
test_steal_elsewhere (void)
{
  TfExecutor *executor = executor_new (1);
  Parcel      parcel = { g_thread_self (), 0 };
  TfFuture   *future = submit (executor, run_parcel, &parcel);
  TfTestLog  *log = tf_test_log_new (G_LOG_LEVEL_CRITICAL);

  g_test_summary ("A pointer can be taken in the owner thread only.");

  tf_test_wait_done (future);
  g_assert_null (g_thread_join (g_thread_new ("other", run_steal, future)));
  g_assert_cmpuint (tf_test_log_count (log, "tf_future_steal_pointer: called outside*"), ==, 1);
  tf_test_log_free (log);

  finish_future (future);
  g_assert_cmpuint (parcel.n_frees, ==, 1);
  tf_test_executor_finish (&executor);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/future/result/is-had-as-what-it-can-be-turned-into", test_conversions);
  tf_test_add ("/future/result/is-an-error-that-says-why-otherwise", test_errors_by_state);
  tf_test_add ("/future/result/names-the-task-in-errors", test_texts);
  tf_test_add ("/future/result/can-be-had-again", test_dup_value);
  tf_test_add ("/future/result/fills-a-value-of-the-caller", test_get_value);
  tf_test_add ("/future/result/is-the-same-object", test_object);
  tf_test_add ("/future/result/may-be-a-floating-variant", test_variant);
  tf_test_add ("/future/result/may-be-boxed", test_boxed);
  tf_test_add ("/future/result/is-a-pointer-for-one-taker", test_pointer);
  tf_test_add ("/future/result/is-freed-in-the-owner-thread", test_pointer_dropped_elsewhere);
  tf_test_add ("/future/result/goes-with-the-future", test_pointer_with_kept_task);
  tf_test_add ("/future/result/has-properties", test_properties);
  tf_test_add ("/future/result/can-be-read-on-any-thread", test_elsewhere);
  tf_test_add ("/future/result/cannot-be-stolen-on-another-thread", test_steal_elsewhere);

  return g_test_run ();
}
