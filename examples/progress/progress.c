/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Progress as a state: the task may tell it a million times, and the properties of the future
 * change a few hundred times a second at most. They can be bound to whatever shows them; a
 * GtkProgressBar has the property "fraction" as the bar below.
 */

#include <tf/tf.h>

#define N_STEPS 1000000

G_DECLARE_FINAL_TYPE (TextBar, text_bar, TEXT, BAR, GObject)

struct _TextBar
{
  GObject parent_instance;
  guint   n_changes;
};

G_DEFINE_FINAL_TYPE (TextBar, text_bar, G_TYPE_OBJECT)

static void
text_bar_set_property (GObject      *object,
                       guint         property_id,
                       const GValue *value,
                       GParamSpec   *pspec)
{
  int n_full = (int) (g_value_get_double (value) * 40);

  TEXT_BAR (object)->n_changes++;
  g_print ("[%.*s%.*s]\n", n_full, "########################################", 40 - n_full,
           "........................................");
}

static void
text_bar_class_init (TextBarClass *klass)
{
  G_OBJECT_CLASS (klass)->set_property = text_bar_set_property;
  g_object_class_install_property (G_OBJECT_CLASS (klass), 1,
                                   g_param_spec_double ("fraction", NULL, NULL, 0, 1, 0,
                                                        G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS));
}

static void
text_bar_init (TextBar *self)
{
}

static void
run_steps (TfTask  *task,
           gpointer user_data)
{
  tf_task_set_total (task, N_STEPS);
  for (int i = 0; i < N_STEPS; i++)
    if (!tf_task_advance (task, 1))
      return;
}

int
main (void)
{
  g_autoptr (TfExecutor) executor = tf_executor_new ();
  g_autoptr (TextBar)    bar = g_object_new (text_bar_get_type (), NULL);
  g_autoptr (TfFuture)   future = tf_executor_submit_call (executor, run_steps, NULL, NULL, NULL);

  tf_executor_set_progress_interval (executor, 2 * G_TIME_SPAN_MILLISECOND);
  g_object_bind_property (future, "fraction", bar, "fraction", G_BINDING_SYNC_CREATE);
  if (!tf_future_wait (future, -1, NULL, NULL))
    return 1;

  g_print ("%" G_GINT64_FORMAT " steps were shown by %u changes.\n",
           tf_future_get_completed_steps (future), bar->n_changes);
  return tf_executor_shutdown (executor, -1, NULL) ? 0 : 1;
}
