/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tf-test-support.h"

/* A task with kinds of messages of its own, and a future of its own, which has a signal for each of them and a
 * property for the number: what a program adds to the library when calls, items and progress are not enough. */

#define TEST_TYPE_FIZZ_BUZZ (test_fizz_buzz_get_type ())
G_DECLARE_FINAL_TYPE (TestFizzBuzz, test_fizz_buzz, TEST, FIZZ_BUZZ, TfFuture)

struct _TestFizzBuzz
{
  TfFuture parent_instance;

  gint64 number;
};

G_DEFINE_FINAL_TYPE (TestFizzBuzz, test_fizz_buzz, TF_TYPE_FUTURE)

enum
{
  PROP_NUMBER = 1,
  N_PROPS
};

enum
{
  FIZZ,
  BUZZ,
  FIZZ_BUZZ,
  N_KINDS
};

static const char *const kinds[N_KINDS] = { "fizz", "buzz", "fizz-buzz" };
static GParamSpec       *props[N_PROPS];
static guint             signals[N_KINDS];

static void
test_fizz_buzz_message (TfFuture     *future,
                        const char   *kind,
                        const GValue *value)
{
  TestFizzBuzz *self = TEST_FIZZ_BUZZ (future);

  self->number = g_value_get_int64 (value);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_NUMBER]);
  for (guint i = 0; i < N_KINDS; i++)
    {
      if (g_str_equal (kind, kinds[i]))
        g_signal_emit (self, signals[i], 0, self->number);
    }
}

static void
test_fizz_buzz_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  g_value_set_int64 (value, TEST_FIZZ_BUZZ (object)->number);
}

static void
test_fizz_buzz_init (TestFizzBuzz *self)
{
}

static void
test_fizz_buzz_class_init (TestFizzBuzzClass *klass)
{
  G_OBJECT_CLASS (klass)->get_property = test_fizz_buzz_get_property;
  TF_FUTURE_CLASS (klass)->message = test_fizz_buzz_message;
  props[PROP_NUMBER] = g_param_spec_int64 ("number", NULL, NULL, 0, G_MAXINT64, 0,
                                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, props);
  for (guint i = 0; i < N_KINDS; i++)
    signals[i] = g_signal_new (kinds[i], G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                               NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT64);
}

/* Counts to its argument, or until it is cancelled. */
static void
run_fizz_buzz (TfTask  *task,
               gpointer data)
{
  gint64 end = g_variant_get_int64 (tf_task_get_argument (task));

  for (gint64 i = 1; i <= end; i++)
    {
      const char *kind = "number";

      if (i % 15 == 0)
        kind = "fizz-buzz";
      else if (i % 3 == 0)
        kind = "fizz";
      else if (i % 5 == 0)
        kind = "buzz";
      if (!tf_task_send_int64 (task, kind, i))
        return;
    }
}

static TfFuture *
submit (TfExecutor *executor,
        gint64      end)
{
  TfTask            *task = tf_task_new_with_argument (run_fizz_buzz, g_variant_new_int64 (end));
  g_autoptr (GError) error = NULL;
  TfFuture          *future;

  tf_task_set_future_type (task, TEST_TYPE_FIZZ_BUZZ);
  future = tf_executor_submit (executor, task, &error);
  g_assert_no_error (error);
  g_assert_true (TEST_IS_FIZZ_BUZZ (future));
  return future;
}

static void
on_fizz_cb (TestFizzBuzz *future,
            gint64        number,
            GString      *text)
{
  g_assert_cmpint (number, ==, future->number);
  g_string_append_printf (text, "fizz%d ", (int) number);
}

static void
on_buzz_cb (TestFizzBuzz *future,
            gint64        number,
            GString      *text)
{
  g_string_append_printf (text, "buzz%d ", (int) number);
}

static void
on_fizz_buzz_cb (TestFizzBuzz *future,
                 gint64        number,
                 GString      *text)
{
  g_string_append_printf (text, "fizzbuzz%d ", (int) number);
}

static void
on_number_cb (TestFizzBuzz *future,
              GParamSpec   *pspec,
              guint        *n)
{
  ++*n;
  g_assert_cmpint (future->number, ==, *n);
}

static void
test_counts (void)
{
  TfExecutor          *executor = tf_executor_new ();
  g_autoptr (GString)  text = g_string_new (NULL);
  guint                n = 0;
  g_autoptr (TfFuture) future = submit (executor, 16);

  g_test_summary ("Each kind becomes its own signal, and the property follows every message.");

  g_signal_connect (future, "fizz", G_CALLBACK (on_fizz_cb), text);
  g_signal_connect (future, "buzz", G_CALLBACK (on_buzz_cb), text);
  g_signal_connect (future, "fizz-buzz", G_CALLBACK (on_fizz_buzz_cb), text);
  g_signal_connect (future, "notify::number", G_CALLBACK (on_number_cb), &n);
  tf_test_wait_done (future);
  g_assert_cmpstr (text->str, ==, "fizz3 buzz5 fizz6 fizz9 buzz10 fizz12 fizzbuzz15 ");
  g_assert_cmpuint (n, ==, 16);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_COMPLETED);
  tf_test_executor_finish (&executor);
}

static void
on_fizz_buzz_cancel_cb (TestFizzBuzz *future,
                        gint64        number,
                        gint64       *last)
{
  g_assert_cmpint (*last, ==, 0);
  *last = number;
  g_assert_true (tf_future_cancel (TF_FUTURE (future)));
}

static void
test_cancel (void)
{
  TfExecutor          *executor = tf_executor_new ();
  gint64               last = 0;
  g_autoptr (TfFuture) future = submit (executor, G_MAXINT64);

  g_test_summary (
    "A cancel in the handler of a kind ends the task, and no message comes after it.");

  g_signal_connect (future, "fizz-buzz", G_CALLBACK (on_fizz_buzz_cancel_cb), &last);
  tf_test_wait_done (future);
  g_assert_cmpint (last, ==, 15);
  g_assert_cmpint (TEST_FIZZ_BUZZ (future)->number, ==, 15);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLED);
  tf_test_executor_finish (&executor);
}

static void
test_detached (void)
{
  TfFuture           *future = tf_future_new_detached (TEST_TYPE_FIZZ_BUZZ, NULL, NULL, NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  g_auto (GValue)     value = G_VALUE_INIT;

  g_test_summary ("The same future takes its kinds of messages from work that is no task.");

  g_value_init (&value, G_TYPE_INT64);
  g_value_set_int64 (&value, 3);
  g_signal_connect (future, "fizz", G_CALLBACK (on_fizz_cb), text);
  g_assert_true (tf_future_deliver (future, tf_message_new_started (), NULL, NULL));
  g_assert_true (tf_future_deliver (future, tf_message_new ("fizz", &value), NULL, NULL));
  g_assert_true (tf_future_deliver (future, tf_message_new_returned (NULL), NULL, NULL));
  g_assert_cmpstr (text->str, ==, "fizz3 ");
  g_assert_finalize_object (future);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/fizz-buzz/has-a-signal-for-each-kind", test_counts);
  tf_test_add ("/fizz-buzz/can-be-cancelled-by-a-handler", test_cancel);
  tf_test_add ("/fizz-buzz/may-be-detached", test_detached);

  return g_test_run ();
}
