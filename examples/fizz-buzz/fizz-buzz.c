/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A task with messages of its own, and a future of its own that knows them: it emits a signal for
 * each kind, and keeps the last number as a property.
 */

#include <tf/tf.h>

#define FIZZ_BUZZ_TYPE_FUTURE (fizz_buzz_future_get_type ())
G_DECLARE_FINAL_TYPE (FizzBuzzFuture, fizz_buzz_future, FIZZ_BUZZ, FUTURE, TfFuture)

struct _FizzBuzzFuture
{
  TfFuture parent_instance;

  gint64 number;
};

G_DEFINE_FINAL_TYPE (FizzBuzzFuture, fizz_buzz_future, TF_TYPE_FUTURE)

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

static GParamSpec       *props[N_PROPS];
static const char *const kinds[N_KINDS] = { "fizz", "buzz", "fizz-buzz" };
static guint             signals[N_KINDS];

/* Called in the main context for every tf_task_send_value() of the task. */
static void
fizz_buzz_future_message (TfFuture     *future,
                          const char   *kind,
                          const GValue *value)
{
  FizzBuzzFuture *self = FIZZ_BUZZ_FUTURE (future);

  self->number = g_value_get_int64 (value);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_NUMBER]);

  for (guint i = 0; i < N_KINDS; i++)
    {
      if (g_str_equal (kind, kinds[i]))
        g_signal_emit (self, signals[i], 0, self->number);
    }
}

static void
fizz_buzz_future_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  if (prop_id == PROP_NUMBER)
    g_value_set_int64 (value, FIZZ_BUZZ_FUTURE (object)->number);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
fizz_buzz_future_init (FizzBuzzFuture *self)
{
}

static void
fizz_buzz_future_class_init (FizzBuzzFutureClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = fizz_buzz_future_get_property;
  TF_FUTURE_CLASS (klass)->message = fizz_buzz_future_message;

  props[PROP_NUMBER] = g_param_spec_int64 ("number", NULL, NULL, 0, G_MAXINT64, 0,
                                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);

  for (guint i = 0; i < N_KINDS; i++)
    signals[i] = g_signal_new (kinds[i], G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                               NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT64);
}

/* The background half. */
static void
run_fizz_buzz (TfTask  *task,
               gpointer user_data)
{
  gint64 end = g_variant_get_int64 (tf_task_get_argument (task));

  for (gint64 i = 1; i <= end; i++)
    {
      const char *kind = i % 15 == 0  ? "fizz-buzz"
                         : i % 3 == 0 ? "fizz"
                         : i % 5 == 0 ? "buzz"
                                      : "number";

      if (!tf_task_send_int64 (task, kind, i)) /* FALSE once cancelled */
        return;
    }
}

static void
on_number_cb (FizzBuzzFuture *future,
              gint64          number,
              const char     *word)
{
  g_print ("%2" G_GINT64_FORMAT " %s\n", number, word);
}

int
main (void)
{
  g_autoptr (TfExecutor) executor = tf_executor_new ();
  g_autoptr (TfFuture)   future = NULL;
  g_autoptr (GError)     error = NULL;
  TfTask                *task = tf_task_new_with_argument (run_fizz_buzz, g_variant_new_int64 (30));

  tf_task_set_future_type (task, FIZZ_BUZZ_TYPE_FUTURE);
  future = tf_executor_submit (executor, task, &error);
  if (future == NULL)
    g_error ("%s", error->message);

  g_signal_connect (future, "fizz", G_CALLBACK (on_number_cb), (gpointer) "fizz");
  g_signal_connect (future, "buzz", G_CALLBACK (on_number_cb), (gpointer) "buzz");
  g_signal_connect (future, "fizz-buzz", G_CALLBACK (on_number_cb), (gpointer) "fizz buzz");

  if (!tf_future_wait (future, -1, NULL, &error) || !tf_executor_shutdown (executor, -1, &error))
    g_error ("%s", error->message);
  return 0;
}
