/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "emitter.h"

/* --- A class that has a future --- */

typedef struct
{
  GObject    parent_instance;
  TfPromise *promise;
} Job;

typedef struct
{
  GObjectClass parent_class;
} JobClass;

static GType job_get_type (void);

static TfFuture *
job_to_future (TfAwaitable *self)
{
  TfPromise *promise = ((Job *) self)->promise;

  return promise == NULL ? NULL : g_object_ref (TF_FUTURE (promise));
}

/* The slots for later versions are part of the ABI. */
G_STATIC_ASSERT (G_STRUCT_OFFSET (TfAwaitableInterface, parent_iface) == 0);
G_STATIC_ASSERT (sizeof (TfAwaitableInterface) == sizeof (GTypeInterface) + 5 * sizeof (gpointer));

static void
job_awaitable_init (TfAwaitableInterface *iface)
{
  iface->to_future = job_to_future;
}

G_DEFINE_TYPE_WITH_CODE (Job, job, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (TF_TYPE_AWAITABLE, job_awaitable_init))

static void
job_init (Job *self)
{
}

static void
job_class_init (JobClass *klass)
{
}

/* One whose interface is empty. */

typedef GObject      Idler;
typedef GObjectClass IdlerClass;

static GType idler_get_type (void);

G_DEFINE_TYPE_WITH_CODE (Idler, idler, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (TF_TYPE_AWAITABLE, NULL))

static void
idler_init (Idler *self)
{
}

static void
idler_class_init (IdlerClass *klass)
{
}

static TfFuture *
from_object (gpointer object)
{
  GError   *error = NULL;
  TfFuture *future = tf_future_from_object (object, &error);

  g_assert_no_error (error);
  g_assert_true (TF_IS_FUTURE (future));
  return future;
}

/* --- Awaitables --- */

static void
test_awaitable (void)
{
  g_autoptr (GObject) job = g_object_new (job_get_type (), NULL);
  TfPromise          *promise = tf_promise_new (NULL);
  TfFuture           *future;

  g_test_summary ("An awaitable says what its future is.");

  ((Job *) job)->promise = promise;
  future = tf_awaitable_to_future (TF_AWAITABLE (job));
  g_assert_true (future == TF_FUTURE (promise));
  g_object_unref (future);
  future = from_object (job);
  g_assert_true (future == TF_FUTURE (promise));
  g_object_unref (future);
  drop_last (TF_FUTURE (promise));
}

static void
test_no_future (void)
{
  const GType types[] = { job_get_type (), idler_get_type () };

  g_test_summary ("An awaitable that returns no future is answered by one that failed.");

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autoptr (GObject) object = g_object_new (types[i], NULL);
      g_autoptr (GError)  error = NULL;
      TfFuture           *future = from_object (object);

      error = tf_future_dup_error (future);
      g_assert_error (error, TF_ERROR, TF_ERROR_NO_RESULT);
      g_assert_nonnull (strstr (error->message, g_type_name (types[i])));
      drop_last (future);
    }
}

static void
test_objects (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GSubprocess)  subprocess = NULL;
  g_autoptr (GError)       error = NULL;
  TfFuture                *one = tf_future_new_for_int64 (1);
  TfFuture                *future = from_object (one);

  g_test_summary ("Futures are futures, and cancellables and processes have some.");

  g_assert_true (future == one);
  g_object_unref (future);
  drop_last (one);

  future = from_object (cancellable);
  g_cancellable_cancel (cancellable);
  tf_test_wait_done (future);
  tf_test_assert_state (future, TF_FUTURE_STATE_COMPLETED);
  drop_last (future);

  subprocess = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, "/bin/sh", "-c", "exit 2", NULL);
  g_assert_no_error (error);
  future = from_object (subprocess);
  tf_test_wait_done (future);
  tf_test_assert_int64 (future, 2);
  drop_last (future);
}

static void
test_others (void)
{
  g_autoptr (GObject)   object = emitter_new ();
  g_autoptr (GError)    error = NULL;
  g_autoptr (TfTestLog) log = NULL;

  g_test_summary ("Any other object is an error that names its class; none is misuse.");

  g_assert_null (tf_future_from_object (object, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "“Emitter”"));
  g_clear_error (&error);

  log = tf_test_log_new (G_LOG_LEVEL_CRITICAL);
  g_assert_null (tf_future_from_object (NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (tf_test_log_count (log, "tf_future_from_object: *"), ==, 1);
}

/* --- GTask --- */

typedef struct
{
  GAsyncResult *result;
  GThread      *thread;
} Call;

static void
on_ready_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      data)
{
  Call *call = data;

  g_assert_null (call->result);
  call->thread = g_thread_self ();
  call->result = g_object_ref (result);
}

static gboolean
is_called (gpointer data)
{
  return ((Call *) data)->result != NULL;
}

static void
call_clear (Call *call)
{
  tf_test_drain (NULL);
  g_assert_finalize_object (call->result);
}

static void
test_gtask_value (void)
{
  TfPromise *promise = tf_promise_new (NULL);
  Call       call = { NULL };
  GValue     value = G_VALUE_INIT;
  GError    *error = NULL;

  g_test_summary ("A GTask returns the value when the future is done.");

  tf_future_return_to_gtask (TF_FUTURE (promise), g_task_new (NULL, NULL, on_ready_cb, &call));
  tf_test_drain (NULL);
  g_assert_false (is_called (&call));
  tf_promise_resolve_string (promise, "text");
  tf_test_run_until (NULL, is_called, &call);
  g_assert_true (tf_future_is_done (TF_FUTURE (promise)));
  g_assert_true (g_task_propagate_value (G_TASK (call.result), &value, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (g_value_get_string (&value), ==, "text");
  g_value_unset (&value);
  call_clear (&call);
  drop_last (TF_FUTURE (promise));
}

static void
test_gtask_none (void)
{
  TfFuture *future = tf_future_delay (0);
  Call      call = { NULL };
  GError   *error = NULL;

  g_test_summary ("Without a value it returns true.");

  tf_future_return_to_gtask (future, g_task_new (NULL, NULL, on_ready_cb, &call));
  tf_test_run_until (NULL, is_called, &call);
  g_assert_true (g_task_propagate_boolean (G_TASK (call.result), &error));
  g_assert_no_error (error);
  call_clear (&call);
  drop_last (future);
}

static void
test_gtask_failure (void)
{
  TfPromise            *promise = tf_promise_new (NULL);
  TfFuture             *cancelled = TF_FUTURE (tf_promise_new (NULL));
  Call                  call = { NULL };
  Call                  other = { NULL };
  g_autoptr (GError)    error = NULL;
  g_autoptr (TfTestLog) log = tf_test_log_new (G_LOG_LEVEL_WARNING);

  g_test_summary ("Errors are returned as they are, that of a cancel too.");

  tf_future_return_to_gtask (TF_FUTURE (promise), g_task_new (NULL, NULL, on_ready_cb, &call));
  tf_future_return_to_gtask (cancelled, g_task_new (NULL, NULL, on_ready_cb, &other));
  tf_promise_reject_new_error_literal (promise, G_IO_ERROR, G_IO_ERROR_BUSY, "no time");
  g_assert_true (tf_future_cancel (cancelled));
  tf_test_run_until (NULL, is_called, &call);
  tf_test_run_until (NULL, is_called, &other);
  g_assert_false (g_task_propagate_value (G_TASK (call.result), &(GValue) G_VALUE_INIT, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY);
  g_clear_error (&error);
  g_assert_null (g_task_propagate_pointer (G_TASK (other.result), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  call_clear (&call);
  call_clear (&other);
  drop_last (TF_FUTURE (promise));
  drop_last (cancelled);

  /* The failure has been seen. */
  g_assert_cmpuint (tf_test_log_count (log, "*"), ==, 0);
}

static void
test_gtask_done (void)
{
  TfFuture *future = tf_future_new_for_int64 (7);
  Call      call = { NULL };
  GTask    *gtask;
  GValue    value = G_VALUE_INIT;

  g_test_summary ("A future that is done returns from the loop, and may go meanwhile.");

  gtask = g_task_new (NULL, NULL, on_ready_cb, &call);
  tf_test_drain (NULL);
  tf_future_return_to_gtask (future, gtask);
  g_assert_false (is_called (&call));
  g_object_unref (future);
  tf_test_run_until (NULL, is_called, &call);
  g_assert_true (g_task_propagate_value (G_TASK (call.result), &value, NULL));
  g_assert_cmpint (g_value_get_int64 (&value), ==, 7);
  call_clear (&call);
}

static void
count_free (gpointer data)
{
  ++*(guint *) data;
}

static void
test_gtask_pointer (void)
{
  TfPromise *promise = tf_promise_new (NULL);
  guint      n_frees = 0;
  Call       call = { NULL };
  GValue     value = G_VALUE_INIT;

  g_test_summary ("A pointer lives as long as the GTask.");

  tf_future_return_to_gtask (TF_FUTURE (promise), g_task_new (NULL, NULL, on_ready_cb, &call));
  tf_promise_resolve_pointer (promise, &n_frees, count_free);
  g_object_unref (promise);
  tf_test_run_until (NULL, is_called, &call);
  tf_test_drain (NULL);
  g_assert_true (g_task_propagate_value (G_TASK (call.result), &value, NULL));
  g_assert_true (g_value_get_pointer (&value) == &n_frees);
  g_assert_cmpuint (n_frees, ==, 0);
  call_clear (&call);
  g_assert_cmpuint (n_frees, ==, 1);
}

static void
test_gtask_abandoned (void)
{
  TfPromise         *promise = tf_promise_new (NULL);
  Call               call = { NULL };
  g_autoptr (GError) error = NULL;

  g_test_summary ("A promise that goes returns to the GTask as well.");

  tf_future_return_to_gtask (TF_FUTURE (promise), g_task_new (NULL, NULL, on_ready_cb, &call));
  g_object_unref (promise);
  tf_test_run_until (NULL, is_called, &call);
  g_assert_false (g_task_propagate_boolean (G_TASK (call.result), &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_ABANDONED);
  call_clear (&call);
}

/* There and back. */

static int
int_finish (gpointer      source,
            GAsyncResult *result,
            GError      **error)
{
  GValue value = G_VALUE_INIT;

  return g_task_propagate_value (G_TASK (result), &value, error) ? (int) g_value_get_int64 (&value)
                                                                 : -1;
}

static void
test_gtask_both_ways (void)
{
  TfPromise *inner = tf_promise_new ("inner");
  TfPromise *outer = tf_promise_new_for_finish ("outer", G_TYPE_INT, G_CALLBACK (int_finish));

  g_test_summary ("A promise in front of a GTask in front of a promise.");

  tf_future_return_to_gtask (TF_FUTURE (inner),
                             g_task_new (NULL, NULL, tf_promise_ready_cb, g_object_ref (outer)));
  tf_promise_resolve_int64 (inner, 9);
  tf_test_wait_done (TF_FUTURE (outer));
  tf_test_assert_int64 (TF_FUTURE (outer), 9);
  drop_last (TF_FUTURE (inner));
  drop_last (TF_FUTURE (outer));
}

/* The GTask belongs to another thread. */

typedef struct
{
  GTask     *gtask;
  TfTestGate made;
  Call       call;
} Other;

static gpointer
run_other (gpointer data)
{
  Other        *other = data;
  GMainContext *context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  other->gtask = g_task_new (NULL, NULL, on_ready_cb, &other->call);
  tf_test_gate_open (&other->made);
  while (other->call.result == NULL)
    g_main_context_iteration (context, TRUE);
  tf_test_drain (context);
  g_main_context_pop_thread_default (context);
  g_main_context_unref (context);
  return NULL;
}

static void
test_gtask_elsewhere (void)
{
  g_test_summary ("A GTask of another thread calls back there, for done futures too.");

  for (guint i = 0; i < 2; i++)
    {
      TfFuture *future = i == 0 ? tf_future_delay (0) : tf_future_new_for_boolean (TRUE);
      Other     other = { NULL };
      GThread  *thread;

      tf_test_gate_init (&other.made);
      thread = g_thread_new ("gtask", run_other, &other);
      tf_test_gate_wait (&other.made);
      tf_future_return_to_gtask (future, g_steal_pointer (&other.gtask));
      if (i == 0)
        tf_test_wait_done (future);
      g_thread_join (thread);
      g_assert_true (other.call.thread == thread);
      call_clear (&other.call);
      tf_test_gate_clear (&other.made);
      drop_last (future);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/awaitable/object/has-its-future", test_awaitable);
  tf_test_add ("/awaitable/object/must-return-a-future", test_no_future);
  tf_test_add ("/awaitable/object/may-be-one-of-gio", test_objects);
  tf_test_add ("/awaitable/object/is-an-error-otherwise", test_others);
  tf_test_add ("/awaitable/gtask/returns-the-value", test_gtask_value);
  tf_test_add ("/awaitable/gtask/returns-true-without-a-value", test_gtask_none);
  tf_test_add ("/awaitable/gtask/returns-the-error", test_gtask_failure);
  tf_test_add ("/awaitable/gtask/returns-from-the-loop-when-done", test_gtask_done);
  tf_test_add ("/awaitable/gtask/keeps-a-pointer", test_gtask_pointer);
  tf_test_add ("/awaitable/gtask/hears-of-an-abandoned-promise", test_gtask_abandoned);
  tf_test_add ("/awaitable/gtask/goes-both-ways", test_gtask_both_ways);
  tf_test_add ("/awaitable/gtask/may-be-elsewhere", test_gtask_elsewhere);
  return g_test_run ();
}
