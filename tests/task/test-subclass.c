/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "../future/meeting.h"

/* A future that counts the messages "fizz" and "buzz" of its task, and knows what else comes. */

#define TEST_TYPE_FUTURE (test_future_get_type ())
G_DECLARE_FINAL_TYPE (TestFuture, test_future, TEST, FUTURE, TfFuture)

struct _TestFuture
{
  TfFuture parent_instance;

  GString *text;
  gint64   fizz;
  gint64   buzz;
};

enum
{
  PROP_FIZZ = 1,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (TestFuture, test_future, TF_TYPE_FUTURE)

static void
test_future_message (TfFuture     *future,
                     const char   *kind,
                     const GValue *value)
{
  TestFuture *self = TEST_FUTURE (future);

  if (g_str_equal (kind, "fizz"))
    {
      self->fizz += g_value_get_int64 (value);
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_FIZZ]);
    }
  else if (g_str_equal (kind, "buzz"))
    {
      self->buzz += g_value_get_int64 (value);
    }
}

static void
test_future_progress (TfFuture     *future,
                      const GValue *value)
{
  g_string_append (TEST_FUTURE (future)->text, "progress ");
}

static void
test_future_item (TfFuture     *future,
                  const GValue *value)
{
  g_string_append (TEST_FUTURE (future)->text, "item ");
}

static void
test_future_done (TfFuture *future)
{
  g_string_append (TEST_FUTURE (future)->text, "done");
}

static void
test_future_get_property (GObject    *object,
                          guint       prop_id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  g_value_set_int64 (value, TEST_FUTURE (object)->fizz);
}

static void
test_future_finalize (GObject *object)
{
  g_string_free (TEST_FUTURE (object)->text, TRUE);
  G_OBJECT_CLASS (test_future_parent_class)->finalize (object);
}

static void
test_future_init (TestFuture *self)
{
  self->text = g_string_new (NULL);
}

static void
test_future_class_init (TestFutureClass *klass)
{
  GObjectClass  *object_class = G_OBJECT_CLASS (klass);
  TfFutureClass *future_class = TF_FUTURE_CLASS (klass);

  object_class->get_property = test_future_get_property;
  object_class->finalize = test_future_finalize;
  future_class->message = test_future_message;
  future_class->progress = test_future_progress;
  future_class->item = test_future_item;
  future_class->done = test_future_done;

  props[PROP_FIZZ] = g_param_spec_int64 ("fizz", NULL, NULL, 0, G_MAXINT64, 0,
                                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
run_fizz_buzz (TfTask  *task,
               gpointer data)
{
  tf_task_send_int64 (task, "fizz", 3);
  tf_task_send_int64 (task, "buzz", 5);
  tf_task_send_int64 (task, "fizz", 6);
  tf_task_send_value (task, "other", NULL);
  tf_task_report_int64 (task, 1);
  tf_task_yield_int64 (task, 1);
}

static void
on_notify_fizz_cb (GObject    *object,
                   GParamSpec *pspec,
                   guint      *n_calls)
{
  ++*n_calls;
}

static void
test_messages (void)
{
  TfExecutor *executor = executor_new (1);
  TfTask     *task = tf_task_new (run_fizz_buzz, NULL, NULL);
  TfFuture   *future;
  guint       n_calls = 0;
  gint64      fizz;

  g_test_summary ("EXC-06, FUT-41, PROG-21: a task may ask for a class of future, which handles "
                  "its "
                  "kinds of messages.");

  tf_task_set_future_type (task, TEST_TYPE_FUTURE);
  future = submit_task (executor, task);
  g_assert_true (TEST_IS_FUTURE (future));
  g_signal_connect (future, "notify::fizz", G_CALLBACK (on_notify_fizz_cb), &n_calls);
  tf_test_wait_done (future);
  g_object_get (future, "fizz", &fizz, NULL);
  g_assert_cmpint (fizz, ==, 9);
  g_assert_cmpint (TEST_FUTURE (future)->buzz, ==, 5);
  g_assert_cmpuint (n_calls, ==, 2);
  g_assert_cmpstr (TEST_FUTURE (future)->text->str, ==, "progress item done");

  finish_future (future);
  tf_test_executor_finish (&executor);
}

static void
test_cancelled (void)
{
  TfExecutor *executor = executor_new (1);
  TfTask     *task = tf_task_new (run_fizz_buzz, NULL, NULL);
  TfFuture   *future;

  g_test_summary ("EXC-07: the class of a task that is cancelled before it runs hears of the end "
                  "alone.");

  tf_task_set_future_type (task, TEST_TYPE_FUTURE);
  future = submit_task (executor, task);
  tf_future_cancel (future);
  tf_test_wait_done (future);
  g_assert_cmpstr (TEST_FUTURE (future)->text->str, ==, "done");
  g_assert_cmpint (TEST_FUTURE (future)->fizz, ==, 0);

  finish_future (future);
  tf_test_executor_finish (&executor);
}

typedef struct
{
  TfExecutor *executor;
  TfTask     *task;
  TfFuture   *future;
  GError     *error;
} Submission;

static gpointer
run_submit (gpointer data)
{
  Submission *submission = data;

  submission->future =
    tf_executor_submit (submission->executor, submission->task, &submission->error);
  return NULL;
}

static void
count_free (gpointer data)
{
  ++*(guint *) data;
}

static void
test_elsewhere (void)
{
  guint      n_frees = 0;
  TfTask    *task = tf_task_new (run_never, &n_frees, count_free);
  Submission refused = { executor_new (1), task, NULL, NULL };
  Submission accepted = { refused.executor, tf_task_new (run_nothing, NULL, NULL), NULL, NULL };

  g_test_summary ("A task that asks for a class can be submitted in the owner thread only.");

  tf_task_set_future_type (refused.task, TEST_TYPE_FUTURE);
  g_thread_join (g_thread_new ("other", run_submit, &refused));
  g_assert_null (refused.future);
  g_assert_error (refused.error, TF_ERROR, TF_ERROR_WRONG_THREAD);
  g_clear_error (&refused.error);
  g_assert_cmpuint (n_frees, ==, 1);

  tf_task_set_future_type (accepted.task, TF_TYPE_FUTURE);
  g_thread_join (g_thread_new ("other", run_submit, &accepted));
  g_assert_no_error (accepted.error);

  finish_future (accepted.future);
  tf_test_executor_finish (&refused.executor);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/task/subclass/handles-its-messages", test_messages);
  tf_test_add ("/task/subclass/hears-of-a-cancel", test_cancelled);
  tf_test_add ("/task/subclass/is-refused-in-another-thread", test_elsewhere);

  return g_test_run ();
}
