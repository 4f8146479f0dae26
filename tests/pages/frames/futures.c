/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* frame: done-handler */
#include BLOCK

static void
live (TfTestFixture *fixture)
{
  TfTaskFunc funcs[] = { frame_seven, frame_fail, frame_endless };
  TfFuture  *futures[G_N_ELEMENTS (funcs)];

  for (guint i = 0; i < G_N_ELEMENTS (funcs); i++)
    {
      futures[i] = frame_submit (fixture, funcs[i], NULL);
      g_signal_connect (futures[i], "done", G_CALLBACK (on_done), NULL);
    }
  tf_future_cancel (futures[2]);
  for (guint i = 0; i < G_N_ELEMENTS (funcs); i++)
    frame_drop (fixture, futures[i]);
}

/* frame: read-value */
static void
live (TfTestFixture *fixture)
{
  TfFuture          *future = frame_submit (fixture, frame_seven, NULL);
  g_autoptr (GError) error = NULL;

  tf_test_wait_done (future);
  {
#include BLOCK
    g_assert_no_error (error);
    g_assert_cmpint (n_words, ==, 7);
  }
  g_object_unref (future);
}

/* frame: wait */
static void
live (TfTestFixture *fixture)
{
  TfFuture          *future = frame_submit (fixture, frame_seven, NULL);
  GCancellable      *cancellable = NULL;
  g_autoptr (GError) error = NULL;

  {
#include BLOCK
  } g_assert_no_error (error);
  frame_complete (future);
}

/* frame: events */
static guint n_events;

static void
on_item (TfFuture     *future,
         const GValue *value,
         GListStore   *store)
{
  g_assert_true (G_IS_LIST_STORE (store));
  n_events++;
}

static void
on_message (TfFuture     *future,
            const char   *kind,
            const GValue *value,
            GListStore   *store)
{
  g_assert_true (G_IS_LIST_STORE (store));
  n_events++;
}

static void
send (TfTask  *task,
      gpointer user_data)
{
  tf_task_yield_int64 (task, 1);
  tf_task_send_value (task, "found", NULL);
  tf_task_send_value (task, "other", NULL);
  tf_task_return_none (task);
}

static void
live (TfTestFixture *fixture)
{
  n_events = 0;
  for (guint i = 0; i < 2; i++)
    {
      TfFuture   *future = frame_submit (fixture, send, NULL);
      GListStore *store = g_list_store_new (G_TYPE_OBJECT);

      {
#include BLOCK
      }
      if (i == 1)
        g_clear_object (&store); /* before its events are delivered */
      frame_complete (future);
      g_clear_object (&store);
    }
  g_assert_cmpuint (n_events, ==, 2);
}
