/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "workers.h"

/* What a program sees of its tasks in workers. */

static void
body_twice (TfTask  *task,
            gpointer user_data)
{
  tf_task_return_int64 (task, 2 * g_variant_get_int64 (tf_task_get_argument (task)));
}

static void
test_elsewhere (void)
{
  Workshop workshop;
  Journal  journal;

  g_test_summary ("CTX-03: a task runs in another process, with the same states and results.");

  workshop_open (&workshop, 1);
  g_assert_cmpint (workshop_get_pid (&workshop), !=, (int) getpid ());
  journal_open (&journal, workshop_submit (&workshop, body_twice, g_variant_new_int64 (21)));
  tf_test_wait_done (journal.future);
  tf_test_assert_states (journal.states, "WAITING EXECUTING COMPLETED done");
  tf_test_assert_int64 (journal.future, 42);
  journal_close (&journal);
  workshop_close (&workshop);
}

/* --- Failures --- */

static void
body_raise (TfTask  *task,
            gpointer user_data)
{
  tf_task_return_failure (task, "ValueError", "no such colour: blü", "line 1\nline 2", NULL);
}

static void
body_fail (TfTask  *task,
           gpointer user_data)
{
  tf_task_return_new_error_literal (task, G_IO_ERROR, G_IO_ERROR_BUSY, "much to do");
}

static void
on_state_text_cb (TfFuture   *future,
                  GParamSpec *pspec,
                  GString    *text)
{
  g_autoptr (GError) error = NULL;

  if (tf_future_get_state (future) == TF_FUTURE_STATE_COMPLETED)
    g_string_append_printf (text, "result %" G_GINT64_FORMAT,
                            tf_future_get_int64 (future, NULL));
  else if (tf_future_get_state (future) == TF_FUTURE_STATE_FAILED)
    {
      error = tf_future_dup_error (future);
      g_string_append_printf (text, "error %s", error->message);
    }
}

static void
test_failure (void)
{
  Workshop workshop;
  Journal  journal;

  g_test_summary ("CTX-13: what an exception says arrives as text.");

  workshop_open (&workshop, 1);
  journal_open (&journal, workshop_submit (&workshop, body_raise, NULL));
  g_free (finish_error (g_object_ref (journal.future), TF_ERROR, TF_ERROR_EXCEPTION));
  g_assert_cmpstr (tf_future_get_failure_type (journal.future), ==, "ValueError");
  g_assert_cmpstr (tf_future_get_failure_text (journal.future), ==, "no such colour: blü");
  g_assert_cmpstr (tf_future_get_failure_traceback (journal.future), ==, "line 1\nline 2");
  journal_close (&journal);

  g_free (finish_error (workshop_submit (&workshop, body_fail, NULL), G_IO_ERROR, G_IO_ERROR_BUSY));
  workshop_close (&workshop);
}

static void
check_state_text (Workshop   *workshop,
                  TfTaskFunc  func,
                  const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);
  TfFuture           *future = workshop_submit (workshop, func, g_variant_new_int64 (21));

  g_signal_connect (future, "notify::state", G_CALLBACK (on_state_text_cb), text);
  tf_test_wait_done (future);
  g_assert_cmpstr (text->str, ==, expected);
  g_object_unref (future);
}

static void
test_state_text (void)
{
  Workshop workshop;

  g_test_summary ("CTX-15: the result or the error can be read in the moment in which the state "
                  "is told.");

  workshop_open (&workshop, 1);
  check_state_text (&workshop, body_twice, "result 42");
  check_state_text (&workshop, body_fail, "error much to do");
  workshop_close (&workshop);
}

/* --- Several --- */

static void
test_several (void)
{
  enum
  {
    N_TASKS = 5
  };
  static const char *const expected[] = {
    "WAITING EXECUTING COMPLETED done",
    "WAITING EXECUTING FAILED done",
    "WAITING EXECUTING CANCELLING CANCELLED done",
    "WAITING EXECUTING CANCELLING CANCELLED done",
    "WAITING CANCELLING CANCELLED done",
  };
  Workshop workshop;
  Journal  journals[N_TASKS];

  g_test_summary ("CTX-14: of several tasks each has its own states; all can be cancelled.");

  workshop_open (&workshop, 2);
  journal_open (&journals[0], workshop_submit (&workshop, body_pid, NULL));
  journal_open (&journals[1], workshop_submit (&workshop, body_fail, NULL));
  for (guint i = 2; i < N_TASKS; i++)
    journal_open (&journals[i], workshop_submit (&workshop, body_until_cancelled, NULL));
  journal_wait_process (&journals[2]);
  journal_wait_process (&journals[3]);
  for (guint i = 2; i < N_TASKS; i++)
    g_assert_true (tf_future_cancel (journals[i].future));
  for (guint i = 0; i < N_TASKS; i++)
    {
      g_autoptr (GError) error = NULL;

      tf_test_wait_done (journals[i].future);
      tf_test_assert_states (journals[i].states, expected[i]);
      error = tf_future_dup_error (journals[i].future);
      journal_close (&journals[i]);
    }
  workshop_close (&workshop);
}

/* --- Messages --- */

#define N_EVENTS 5000

static void
body_count (TfTask  *task,
            gpointer user_data)
{
  gint64 n = g_variant_get_int64 (tf_task_get_argument (task));

  for (gint64 i = 0; i < n; i++)
    if (i % 3 == 0)
      tf_task_report_int64 (task, i);
    else if (i % 3 == 1)
      tf_task_yield_int64 (task, i);
    else
      tf_task_send_int64 (task, "count", i);
}

typedef struct
{
  GThread *owner;
  gint64   next;
} Order;

static void
check_order (Order        *self,
             const GValue *value)
{
  g_assert_true (g_thread_self () == self->owner);
  g_assert_cmpint (g_value_get_int64 (value), ==, self->next);
  self->next++;
}

static void
on_order_cb (TfFuture     *future,
             const GValue *value,
             Order        *self)
{
  check_order (self, value);
}

static void
on_order_message_cb (TfFuture     *future,
                     const char   *kind,
                     const GValue *value,
                     Order        *self)
{
  check_order (self, value);
}

static void
test_order (void)
{
  gint64    n = tf_test_scale (N_EVENTS);
  Workshop  workshop;
  TfFuture *future;
  Order     order = { .owner = g_thread_self () };

  g_test_summary ("CTX-10: what a process sends is delivered in the thread of the owner, in its "
                  "order, and nothing is lost.");

  workshop_open (&workshop, 1);
  future = workshop_submit (&workshop, body_count, g_variant_new_int64 (n));
  g_signal_connect (future, "progress", G_CALLBACK (on_order_cb), &order);
  g_signal_connect (future, "item", G_CALLBACK (on_order_cb), &order);
  g_signal_connect (future, "message", G_CALLBACK (on_order_message_cb), &order);
  tf_test_wait_done (future);
  tf_test_assert_state (future, TF_FUTURE_STATE_COMPLETED);
  g_assert_cmpint (order.next, ==, n);
  g_object_unref (future);
  workshop_close (&workshop);
}

static void
body_progress (TfTask  *task,
               gpointer user_data)
{
  tf_task_set_progress (task, 1, 10, "begun");
  tf_task_advance (task, 2);
  tf_task_set_total (task, 20);
  tf_task_set_status (task, "Größe");
}

static void
test_progress (void)
{
  Workshop workshop;
  Journal  journal;

  g_test_summary ("The last progress of a task is there before it is done.");

  workshop_open (&workshop, 1);
  journal_open (&journal, workshop_submit (&workshop, body_progress, NULL));
  tf_test_wait_done (journal.future);
  g_assert_cmpint (tf_future_get_completed_steps (journal.future), ==, 3);
  g_assert_cmpint (tf_future_get_total_steps (journal.future), ==, 20);
  g_assert_cmpstr (tf_future_get_status (journal.future), ==, "Größe");
  journal_close (&journal);
  workshop_close (&workshop);
}

static void
body_early (TfTask  *task,
            gpointer user_data)
{
  tf_task_set_progress (task, 1, 2, "early");
  tf_task_report_int64 (task, 1);
  body_gate (task, user_data);
}

static gboolean
is_half_done (gpointer future)
{
  return tf_future_get_completed_steps (future) == 1;
}

static void
test_early (void)
{
  Workshop workshop;
  Journal  journal;
  Gate     gate;

  g_test_summary ("What a task tells is sent on soon, though it does nothing more.");

  gate_init (&gate);
  workshop_open (&workshop, 1);
  journal_open (&journal, workshop_submit (&workshop, body_early, gate_as_argument (&gate)));
  tf_test_run_until (NULL, has_told_something, &journal);
  tf_test_run_until (NULL, is_half_done, journal.future);
  journal_wait_process (&journal);
  gate_open (&gate, 1);
  tf_test_wait_done (journal.future);
  journal_close (&journal);
  workshop_close (&workshop);
  gate_clear (&gate);
}

/* --- What comes too late --- */

static gpointer
report_on (gpointer data)
{
  TfTask *task = data;
  gint64  n = 0;

  while (tf_task_report_int64 (task, n) && tf_task_advance (task, 1))
    n++;
  tf_task_unref (task);
  return NULL;
}

static void
body_leaves_thread (TfTask  *task,
                    gpointer user_data)
{
  g_thread_unref (g_thread_new ("late", report_on, tf_task_ref (task)));
  for (guint i = 0; i < 100; i++)
    g_thread_yield ();
  tf_task_return_int64 (task, getpid ());
}

static void
test_late (void)
{
  Workshop workshop;
  int      pid = 0;

  g_test_summary ("What a thread of a task reports while the task ends comes before the end, or "
                  "not at all: the next task is not touched.");

  workshop_open (&workshop, 1);
  for (guint i = 0; i < tf_test_scale (300); i++)
    {
      int next = finish_pid (workshop_submit (&workshop, body_leaves_thread, NULL));

      g_assert_true (pid == 0 || pid == next);
      pid = next;
    }
  workshop_close (&workshop);
}

/* --- Text --- */

/* In Latin-1. */
#define OLD_TEXT "caf\xe9"
#define NEW_TEXT "caf\xef\xbf\xbd"

static void
body_old_text (TfTask  *task,
               gpointer user_data)
{
  tf_task_set_status (task, OLD_TEXT);
  tf_task_send_int64 (task, OLD_TEXT, 1);
  tf_task_return_failure (task, OLD_TEXT, tf_task_get_description (task), OLD_TEXT, NULL);
}

static void
on_old_kind_cb (TfFuture     *future,
                const char   *kind,
                const GValue *value,
                gpointer      n)
{
  g_assert_cmpstr (kind, ==, NEW_TEXT);
  ++*(guint *) n;
}

static void
test_old_text (void)
{
  const char *environment[] = { "G_DEBUG=fatal-criticals", NULL };
  TfTask     *task = tf_task_new (body_old_text, NULL, NULL);
  guint       n = 0;
  Workshop    workshop;
  TfFuture   *future;

  g_test_summary ("Texts for people need not be UTF-8, as names of files: what is wrong in them "
                  "is replaced.");

  tf_task_set_name (task, OLD_TEXT);
  tf_task_set_description (task, OLD_TEXT);
  workshop_open (&workshop, 1);
  tf_process_context_set_environment (workshop.context, environment);
  future = submit_to (workshop.executor, task);
  g_signal_connect (future, "message", G_CALLBACK (on_old_kind_cb), &n);
  tf_test_wait_done (future);
  tf_test_assert_error (future, TF_ERROR, TF_ERROR_EXCEPTION);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpstr (tf_future_get_status (future), ==, NEW_TEXT);
  g_assert_cmpstr (tf_future_get_failure_type (future), ==, NEW_TEXT);
  g_assert_cmpstr (tf_future_get_failure_text (future), ==, NEW_TEXT);
  g_assert_cmpstr (tf_future_get_failure_traceback (future), ==, NEW_TEXT);
  g_object_unref (future);
  workshop_close (&workshop);
}

/* More than a frame takes. */
static char *
make_huge_text (void)
{
  return g_strnfill ((gsize) 65 * 1024 * 1024, 'x');
}

static void
body_huge_error (TfTask  *task,
                 gpointer user_data)
{
  g_autofree char *text = make_huge_text ();

  tf_task_return_new_error_literal (task, G_IO_ERROR, G_IO_ERROR_FAILED, text);
}

static void
body_huge_kind (TfTask  *task,
                gpointer user_data)
{
  g_autofree char *text = make_huge_text ();

  if (!tf_task_send_int64 (task, text, 1))
    tf_task_return_int64 (task, 1);
}

static void
test_huge_text (void)
{
  Workshop workshop;
  char    *text;
  int      pid;

  g_test_summary ("A text that is too long is cut, a kind that is too long fails the task, and "
                  "neither costs the worker.");

  workshop_open (&workshop, 1);
  pid = workshop_get_pid (&workshop);
  text = finish_error (workshop_submit (&workshop, body_huge_error, NULL), G_IO_ERROR,
                       G_IO_ERROR_FAILED);
  g_assert_true (g_str_has_prefix (text, "xxx") && g_str_has_suffix (text, "…"));
  g_assert_cmpuint (strlen (text), <=, 64 * 1024);
  g_free (text);
  g_free (finish_error (workshop_submit (&workshop, body_huge_kind, NULL), TF_ERROR,
                        TF_ERROR_NOT_PORTABLE));
  g_assert_cmpint (workshop_get_pid (&workshop), ==, pid);
  workshop_close (&workshop);
}

int
main (int    argc,
      char **argv)
{
  if (tf_worker_requested ())
    return tf_worker_run ();

  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/process-tasks/run-in-another-process", test_elsewhere);
  tf_test_add ("/process-tasks/failure/arrives-as-text", test_failure);
  tf_test_add ("/process-tasks/state/has-its-outcome", test_state_text);
  tf_test_add ("/process-tasks/several/have-their-own-states", test_several);
  tf_test_add ("/process-tasks/messages/come-in-order", test_order);
  tf_test_add ("/process-tasks/progress/is-there-before-the-end", test_progress);
  tf_test_add ("/process-tasks/progress/is-sent-on-soon", test_early);
  tf_test_add ("/process-tasks/end/nothing-comes-after-it", test_late);
  tf_test_add ("/process-tasks/text/is-mended", test_old_text);
  tf_test_add ("/process-tasks/text/may-be-too-large", test_huge_text);

  return g_test_run ();
}
