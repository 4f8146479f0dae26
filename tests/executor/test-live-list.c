/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "bodies.h"

/* A copy of the list that is kept by its signals alone. */
typedef struct
{
  GPtrArray *items; /* (owned) */
  guint      n_changes;
} Mirror;

static void
mirror_assert_equal (Mirror     *mirror,
                     GListModel *model)
{
  g_assert_cmpuint (mirror->items->len, ==, g_list_model_get_n_items (model));
  for (guint i = 0; i < mirror->items->len; i++)
    {
      g_autoptr (GObject) item = g_list_model_get_item (model, i);

      g_assert_true (item == mirror->items->pdata[i]);
    }
  g_assert_null (g_list_model_get_item (model, mirror->items->len));
  g_assert_null (g_list_model_get_item (model, G_MAXUINT));
}

static void
on_items_changed_cb (GListModel *model,
                     guint       position,
                     guint       n_removed,
                     guint       n_added,
                     Mirror     *mirror)
{
  g_assert_cmpuint (position + n_removed, <=, mirror->items->len);
  g_assert_cmpuint (n_removed + n_added, >, 0);
  if (n_removed > 0)
    g_ptr_array_remove_range (mirror->items, position, n_removed);
  for (guint i = 0; i < n_added; i++)
    g_ptr_array_insert (mirror->items, (int) (position + i),
                        g_list_model_get_item (model, position + i));
  mirror->n_changes++;
  mirror_assert_equal (mirror, model);
}

static void
mirror_init (Mirror     *mirror,
             TfExecutor *executor)
{
  GListModel *model = G_LIST_MODEL (executor);

  mirror->items = g_ptr_array_new_with_free_func (g_object_unref);
  mirror->n_changes = 0;
  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    g_ptr_array_add (mirror->items, g_list_model_get_item (model, i));
  g_signal_connect (executor, "items-changed", G_CALLBACK (on_items_changed_cb), mirror);
}

static void
mirror_clear (Mirror *mirror)
{
  g_assert_cmpuint (mirror->items->len, ==, 0);
  g_ptr_array_unref (mirror->items);
}

static gboolean
is_empty (gpointer executor)
{
  return g_list_model_get_n_items (executor) == 0;
}

static void
test_submit_order (void)
{
  TfExecutor *executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 1, NULL);
  TfFuture   *futures[3];
  Block       block;
  Mirror      mirror;

  g_test_summary ("The list has the futures that are not done, in the order of their submission.");

  block_init (&block);
  mirror_init (&mirror, executor);

  futures[0] = submit_call (executor, body_block, &block, NULL);
  g_assert_cmpuint (mirror.items->len, ==, 1);
  futures[1] = submit_call (executor, body_nothing, NULL, NULL);
  futures[2] = submit_call (executor, body_nothing, NULL, NULL);
  g_assert_cmpuint (mirror.n_changes, ==, 3);
  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    g_assert_true (mirror.items->pdata[i] == futures[i]);

  /* The one in the middle goes first. */
  tf_future_cancel (futures[1]);
  tf_test_wait_done (futures[1]);
  tf_test_drain (NULL);
  g_assert_cmpuint (mirror.items->len, ==, 2);
  g_assert_true (mirror.items->pdata[1] == futures[2]);

  tf_test_gate_open (&block.release);
  tf_test_run_until (NULL, is_empty, executor);
  g_assert_cmpuint (mirror.n_changes, ==, 6);

  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    g_assert_finalize_object (futures[i]);
  mirror_clear (&mirror);
  tf_test_executor_finish (&executor);
  block_clear (&block);
}

static void
test_looked_at_late (void)
{
  TfExecutor *executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 1, NULL);
  Block       block;
  Mirror      mirror;

  g_test_summary ("A list that is looked at late has what was submitted before.");

  block_init (&block);
  g_object_unref (submit_call (executor, body_block, &block, NULL));
  g_object_unref (submit_call (executor, body_nothing, NULL, NULL));
  mirror_init (&mirror, executor);
  g_assert_cmpuint (mirror.items->len, ==, 2);

  tf_test_gate_open (&block.release);
  tf_test_run_until (NULL, is_empty, executor);
  mirror_clear (&mirror);
  tf_test_executor_finish (&executor);
  block_clear (&block);
}

static gpointer
submit_until_cancelled (gpointer executor)
{
  for (guint i = 0; i < 10; i++)
    g_object_unref (submit_call (executor, body_until_cancelled, NULL, NULL));
  return NULL;
}

static gboolean
has_21 (gpointer mirror)
{
  return ((Mirror *) mirror)->items->len == 21;
}

static void
test_off_thread (void)
{
  TfExecutor *executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 4, NULL);
  Mirror      mirror;

  g_test_summary ("What other threads submit appears in the list when the loop comes to it.");

  mirror_init (&mirror, executor);
  call_in_thread (submit_until_cancelled, executor);
  g_object_unref (submit_call (executor, body_until_cancelled, NULL, NULL));
  call_in_thread (submit_until_cancelled, executor);
  tf_test_run_until (NULL, has_21, &mirror);
  mirror_assert_equal (&mirror, G_LIST_MODEL (executor));

  g_assert_true (tf_executor_stop (executor, NULL));
  tf_test_run_until (NULL, executor_is_stopped, executor);
  mirror_clear (&mirror);
  tf_test_executor_finish (&executor);
}

static void
on_done_not_listed_cb (TfFuture *future,
                       Mirror   *mirror)
{
  /* It leaves the list after "done". */
  g_assert_true (g_ptr_array_find (mirror->items, future, NULL));
}

static void
test_leaves_after_done (void)
{
  TfExecutor          *executor = tf_executor_new ();
  g_autoptr (TfFuture) future = NULL;
  Mirror               mirror;

  g_test_summary ("A future leaves the list after done.");

  mirror_init (&mirror, executor);
  future = submit_call (executor, body_nothing, NULL, NULL);
  g_signal_connect (future, "done", G_CALLBACK (on_done_not_listed_cb), &mirror);
  tf_test_wait_done (future);
  tf_test_drain (NULL);
  mirror_clear (&mirror);
  tf_test_executor_finish (&executor);
}

typedef struct
{
  TfExecutor *executor;
  guint       n_left;
} Resubmit;

static void
on_items_changed_submit_cb (GListModel *model,
                            guint       position,
                            guint       n_removed,
                            guint       n_added,
                            Resubmit   *self)
{
  if (n_removed > 0 && self->n_left > 0)
    {
      self->n_left--;
      g_object_unref (submit_call (self->executor, body_nothing, NULL, NULL));
    }
}

static gboolean
is_over (gpointer data)
{
  Resubmit *self = data;

  return self->n_left == 0 && is_empty (self->executor);
}

static void
test_submits_in_handler (void)
{
  TfExecutor *executor = tf_executor_new ();
  Resubmit    resubmit = { executor, 50 };
  Mirror      mirror;

  g_test_summary ("Handlers of the list may submit.");

  mirror_init (&mirror, executor);
  g_signal_connect_after (executor, "items-changed", G_CALLBACK (on_items_changed_submit_cb),
                          &resubmit);
  g_object_unref (submit_call (executor, body_nothing, NULL, NULL));
  tf_test_run_until (NULL, is_over, &resubmit);
  g_assert_cmpuint (mirror.n_changes, ==, 102);
  mirror_clear (&mirror);
  tf_test_executor_finish (&executor);
}

static void
test_random (void)
{
  TfExecutor *executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 2, NULL);
  GRand      *rand = tf_test_rand_new ();
  Mirror      mirror;

  g_test_summary ("A copy that follows the signals is equal at all times, whatever happens.");

  mirror_init (&mirror, executor);
  for (guint i = 0; i < tf_test_scale (2000); i++)
    {
      switch (g_rand_int_range (rand, 0, 4))
        {
        case 0:
          g_main_context_iteration (NULL, FALSE);
          break;
        case 1:
          if (mirror.items->len > 0)
            {
              gint32 n = g_rand_int_range (rand, 0, (gint32) mirror.items->len);

              tf_future_cancel (mirror.items->pdata[n]);
            }
          break;
        case 2:
          g_object_unref (submit_call (executor, body_until_cancelled, NULL, NULL));
          break;
        default:
          g_object_unref (submit_call (executor, body_nothing, NULL, NULL));
          break;
        }
      mirror_assert_equal (&mirror, G_LIST_MODEL (executor));
    }

  g_rand_free (rand);
  g_assert_true (tf_executor_shutdown (executor, tf_test_timeout_us (), NULL));
  mirror_clear (&mirror);
  tf_test_executor_finish (&executor);
}

static gpointer
submit_nothing (gpointer executor)
{
  return submit_call (executor, body_nothing, NULL, NULL);
}

static void
test_order_of_threads (void)
{
  TfExecutor *executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 1, NULL);
  TfFuture   *futures[4];
  Block       block;
  Mirror      mirror;

  g_test_summary ("The order is that of all threads: what another one submitted before comes "
                  "before.");

  block_init (&block);
  mirror_init (&mirror, executor);
  futures[0] = submit_call (executor, body_block, &block, NULL);
  futures[1] = call_in_thread (submit_nothing, executor);
  g_assert_cmpuint (mirror.items->len, ==, 1);
  futures[2] = submit_call (executor, body_nothing, NULL, NULL);
  futures[3] = call_in_thread (submit_nothing, executor);
  tf_test_drain (NULL);
  g_assert_cmpuint (mirror.items->len, ==, 4);
  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    g_assert_true (mirror.items->pdata[i] == futures[i]);

  tf_test_gate_open (&block.release);
  tf_test_run_until (NULL, is_empty, executor);
  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    g_assert_finalize_object (futures[i]);
  mirror_clear (&mirror);
  tf_test_executor_finish (&executor);
  block_clear (&block);
}

/* A number that is kept by the signal alone. */
typedef struct
{
  GListModel *model; /* (nullable) with which it is compared */
  guint       n_items;
  guint       n_changes;
} Badge;

static void
on_items_changed_count_cb (GListModel *model,
                           guint       position,
                           guint       n_removed,
                           guint       n_added,
                           Badge      *badge)
{
  g_assert_cmpuint (position + n_removed, <=, badge->n_items);
  badge->n_items += n_added;
  badge->n_items -= n_removed;
  badge->n_changes++;
  if (badge->model != NULL)
    g_assert_cmpuint (badge->n_items, ==, g_list_model_get_n_items (badge->model));
}

static gboolean
is_badge_empty (gpointer badge)
{
  return ((Badge *) badge)->n_items == 0;
}

static void
count_by_signal (gboolean is_looked_at_before,
                 gboolean is_looked_at_after)
{
  TfExecutor *executor = tf_executor_new ();
  TfFuture   *futures[8];
  Badge       badge = { 0 };

  g_signal_connect (executor, "items-changed", G_CALLBACK (on_items_changed_count_cb), &badge);
  if (is_looked_at_before)
    g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (executor)), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    {
      futures[i] = submit_call (executor, body_nothing, NULL, NULL);
      g_assert_cmpuint (badge.n_items, ==, i + 1);
    }
  if (is_looked_at_after)
    g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (executor)), ==, 8);

  tf_test_run_until (NULL, is_badge_empty, &badge);
  g_assert_cmpuint (badge.n_changes, ==, 16);
  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    g_assert_finalize_object (futures[i]);
  tf_test_executor_finish (&executor);
}

static void
test_signal_alone (void)
{
  g_test_summary ("A handler of items-changed is told every change, whether the list is read or "
                  "not.");

  count_by_signal (FALSE, FALSE);
  count_by_signal (TRUE, FALSE);
  count_by_signal (FALSE, TRUE);
}

static void
test_connected_late (void)
{
  TfExecutor *executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 1, NULL);
  Badge       badge = { 0 };
  Block       block;

  g_test_summary ("A handler that is connected late is told every change from then on, also of "
                  "what other threads have submitted.");

  block_init (&block);
  g_object_unref (submit_call (executor, body_block, &block, NULL));
  g_object_unref (submit_call (executor, body_nothing, NULL, NULL));
  badge.n_items = 2;
  g_signal_connect (executor, "items-changed", G_CALLBACK (on_items_changed_count_cb), &badge);
  g_object_unref (call_in_thread (submit_nothing, executor));

  /* What has not been announced is not there yet. */
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (executor)), ==, 2);
  badge.model = G_LIST_MODEL (executor);
  tf_test_drain (NULL);
  g_assert_cmpuint (badge.n_items, ==, 3);

  tf_test_gate_open (&block.release);
  tf_test_run_until (NULL, is_badge_empty, &badge);
  g_assert_cmpuint (badge.n_changes, ==, 4);
  tf_test_executor_finish (&executor);
  block_clear (&block);
}

static void
test_order_for_all_handlers (void)
{
  TfExecutor *executor = tf_executor_new ();
  Resubmit    resubmit = { executor, 50 };
  Mirror      mirror;

  g_test_summary ("A change that a handler makes is announced after the one that it was told, to "
                  "all handlers.");

  g_signal_connect (executor, "items-changed", G_CALLBACK (on_items_changed_submit_cb), &resubmit);
  mirror_init (&mirror, executor);
  g_object_unref (submit_call (executor, body_nothing, NULL, NULL));
  tf_test_run_until (NULL, is_over, &resubmit);
  g_assert_cmpuint (mirror.n_changes, ==, 102);
  mirror_clear (&mirror);
  tf_test_executor_finish (&executor);
}

static void
on_items_changed_wait_cb (GListModel *model,
                          guint       position,
                          guint       n_removed,
                          guint       n_added,
                          gpointer    user_data)
{
  g_autoptr (TfFuture) future = NULL;
  guint                n_items = g_list_model_get_n_items (model);

  if (n_added == 0)
    return;

  /* The future ends inside, and stays in the list until that is announced. */
  future = g_list_model_get_item (model, position);
  tf_test_wait_done (future);
  tf_test_drain (NULL);
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, n_items);
}

static void
test_loop_in_handler (void)
{
  TfExecutor *executor = tf_executor_new ();
  Mirror      mirror;

  g_test_summary ("A list stays as it is while handlers of one change run, also if they run the "
                  "loop.");

  g_signal_connect (executor, "items-changed", G_CALLBACK (on_items_changed_wait_cb), NULL);
  mirror_init (&mirror, executor);
  g_object_unref (submit_call (executor, body_nothing, NULL, NULL));
  g_object_unref (submit_call (executor, body_nothing, NULL, NULL));
  tf_test_run_until (NULL, is_empty, executor);
  g_assert_cmpuint (mirror.n_changes, ==, 4);
  mirror_clear (&mirror);
  tf_test_executor_finish (&executor);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/executor/list/is-in-the-order-of-submission", test_submit_order);
  tf_test_add ("/executor/list/may-be-looked-at-late", test_looked_at_late);
  tf_test_add ("/executor/list/shows-what-other-threads-submit", test_off_thread);
  tf_test_add ("/executor/list/is-in-the-order-of-all-threads", test_order_of_threads);
  tf_test_add ("/executor/list/is-left-after-done", test_leaves_after_done);
  tf_test_add ("/executor/list/may-change-in-its-handlers", test_submits_in_handler);
  tf_test_add ("/executor/list/agrees-with-its-signals", test_random);
  tf_test_add ("/executor/list/is-told-by-its-signal-alone", test_signal_alone);
  tf_test_add ("/executor/list/is-told-to-who-connects-late", test_connected_late);
  tf_test_add ("/executor/list/is-told-in-one-order", test_order_for_all_handlers);
  tf_test_add ("/executor/list/is-still-while-handlers-run", test_loop_in_handler);

  return g_test_run ();
}
