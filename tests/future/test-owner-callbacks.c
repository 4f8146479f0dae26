/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "composing.h"

/* Callbacks after the end of the owner: dropped if the owner is their data, and called once otherwise. */

static guint n_calls;
static guint n_freed;

static void
count_free (gpointer data)
{
  n_freed++;
}

static TfFuture *
on_step (TfFuture *done,
         gpointer  data)
{
  n_calls++;
  return NULL;
}

static void
on_future (TfFuture *future,
           gpointer  data)
{
  n_calls++;
}

static gboolean
on_filter (TfFuture *future,
           guint     index,
           gpointer  data)
{
  n_calls++;
  return FALSE;
}

static void
on_ready_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (g_async_result_get_user_data (result) == data);
  g_assert_true (tf_future_wait_finish (TF_FUTURE (source), result, &error));
  g_assert_no_error (error);
  n_calls++;
}

/* The bound promise stays CANCELLING until it is resolved, since somebody has its cancellable. */
typedef struct
{
  TfPromise *bound;
  TfPromise *other;
  TfFuture  *derived; /* (nullable) */
} World;

static TfFuture *
race_new (World *self)
{
  TfFuture *members[] = { TF_FUTURE (self->bound), TF_FUTURE (self->other) };

  return TF_FUTURE (tf_future_race (members, 2, TF_FUTURE_SET_FLAGS_NONE));
}

static void
derive_wait (World   *self,
             gpointer data)
{
  tf_future_wait_async (TF_FUTURE (self->bound), NULL, on_ready_cb, data);
}

static void
derive_finally (World   *self,
                gpointer data)
{
  self->derived = tf_future_finally (TF_FUTURE (self->bound), on_step, data, count_free);
}

static void
derive_then (World   *self,
             gpointer data)
{
  g_autoptr (TfFuture) race = race_new (self);

  self->derived = tf_future_then (race, on_step, data, count_free);
}

static void
derive_catch (World   *self,
              gpointer data)
{
  g_autoptr (TfFuture) race = race_new (self);

  self->derived = tf_future_catch (race, on_step, data, count_free);
}

static void
derive_timeout (World   *self,
                gpointer data)
{
  TfFuture *bound = TF_FUTURE (self->bound);

  self->derived = tf_future_with_timeout_full (bound, 10, TF_TIMEOUT_ACTION_LEAVE, on_future, data,
                                               count_free);
}

static void
derive_any (World   *self,
            gpointer data)
{
  TfFuture *members[] = { TF_FUTURE (self->bound), TF_FUTURE (self->other) };

  self->derived = TF_FUTURE (
    tf_future_any_skipping (members, 2, TF_FUTURE_SET_FLAGS_NONE, on_filter, data, count_free));
}

static void
derive_race (World   *self,
             gpointer data)
{
  TfFuture *members[] = { TF_FUTURE (self->bound), TF_FUTURE (self->other) };

  self->derived = TF_FUTURE (
    tf_future_race_skipping (members, 2, TF_FUTURE_SET_FLAGS_NONE, on_filter, data, count_free));
}

/* What the first attempt ends as. */
static TfFuture *first_attempt;

static TfFuture *
on_attempt (guint     number,
            TfFuture *last,
            gpointer  data)
{
  n_calls++;
  return g_steal_pointer (&first_attempt);
}

static void
derive_retry (World   *self,
              gpointer data)
{
  first_attempt = race_new (self);
  self->derived = tf_future_retry (2, 0, 0, on_attempt, data, count_free);
  tf_test_drain (NULL);
  g_assert_cmpuint (n_calls, ==, 1);
}

static void
derive_handler (World   *self,
                gpointer data)
{
  self->derived = tf_future_shield (TF_FUTURE (self->bound));
  g_signal_connect (self->derived, "done", G_CALLBACK (on_future), data);
}

static const struct
{
  const char *name;
  void (*derive) (World   *self,
                  gpointer data);
  gboolean      has_free;
  gboolean      is_rejected;   /* the other promise, to have the callback called */
  TfFutureState state;         /* of the derived future when the callback was called */
  TfFutureState dropped_state; /* the same when it was dropped */
} kinds[] = {
  { "wait-async", derive_wait, FALSE, FALSE, 0, 0 },
  { "finally", derive_finally, TRUE, FALSE, TF_FUTURE_STATE_CANCELLED, TF_FUTURE_STATE_CANCELLED },
  { "then", derive_then, TRUE, FALSE, TF_FUTURE_STATE_COMPLETED, TF_FUTURE_STATE_COMPLETED },
  { "catch", derive_catch, TRUE, TRUE, TF_FUTURE_STATE_COMPLETED, TF_FUTURE_STATE_FAILED },
  { "timeout", derive_timeout, TRUE, FALSE, TF_FUTURE_STATE_FAILED, TF_FUTURE_STATE_FAILED },
  { "any", derive_any, TRUE, FALSE, TF_FUTURE_STATE_COMPLETED, TF_FUTURE_STATE_COMPLETED },
  { "race", derive_race, TRUE, FALSE, TF_FUTURE_STATE_COMPLETED, TF_FUTURE_STATE_COMPLETED },
  { "retry", derive_retry, TRUE, TRUE, TF_FUTURE_STATE_FAILED, TF_FUTURE_STATE_FAILED },
  { "handler", derive_handler, FALSE, FALSE, TF_FUTURE_STATE_CANCELLED, TF_FUTURE_STATE_CANCELLED },
};

static gpointer
run_unref (gpointer object)
{
  g_object_unref (object);
  return NULL;
}

static void
let_owner_go (GObject *owner,
              gboolean is_elsewhere)
{
  if (is_elsewhere)
    g_thread_join (g_thread_new ("disposer", run_unref, owner));
  else
    g_assert_finalize_object (owner);
  tf_test_drain (NULL);
}

static void
complete_all (World *self,
              guint  kind)
{
  if (kinds[kind].is_rejected)
    tf_promise_reject (self->other, an_error ());
  else
    tf_promise_resolve_int64 (self->other, 8);
  tf_test_drain (NULL);
  tf_promise_resolve_none (self->bound);
  tf_test_drain (NULL);
}

static void
check_kind (guint    kind,
            gboolean is_owner_data,
            gboolean is_elsewhere)
{
  g_autoptr (TfTestClock) clock = tf_test_clock_new (0);
  GObject                *owner = g_object_new (G_TYPE_OBJECT, NULL);
  World                   world = { tf_promise_new ("bound"), tf_promise_new ("other"), NULL };
  guint                   n_before;

  n_calls = 0;
  n_freed = 0;
  tf_test_clock_install (clock);
  tf_promise_get_gcancellable (world.bound);
  kinds[kind].derive (&world, is_owner_data ? (gpointer) owner : &world);
  tf_future_bind_owner (TF_FUTURE (world.bound), owner);
  n_before = n_calls;

  let_owner_go (owner, is_elsewhere);
  tf_test_assert_state (TF_FUTURE (world.bound), TF_FUTURE_STATE_CANCELLING);
  g_assert_cmpuint (n_calls, ==, n_before);
  g_assert_cmpuint (n_freed, ==, is_owner_data && kinds[kind].has_free ? 1 : 0);

  tf_test_clock_advance (clock, 10);
  tf_test_drain (NULL);
  complete_all (&world, kind);
  g_assert_cmpuint (n_calls, ==, is_owner_data ? n_before : n_before + 1);
  g_assert_cmpuint (n_freed, ==, kinds[kind].has_free ? 1 : 0);

  if (world.derived != NULL)
    {
      /* A failure counts as read. */
      g_clear_error (&(GError *){ tf_future_dup_error (world.derived) });
      tf_test_assert_state (world.derived,
                            is_owner_data ? kinds[kind].dropped_state : kinds[kind].state);
      finish (&world.derived);
    }
  finish_promise (&world.bound);
  finish_promise (&world.other);
  tf_test_clock_uninstall (clock);
}

static void
test_kind (gconstpointer data)
{
  guint kind = GPOINTER_TO_UINT (data);

  g_test_summary ("When the owner of a future goes, callbacks of the future and of what is derived "
                  "from it are dropped if the owner is their data, and called once otherwise.");

  for (guint i = 0; i < 4; i++)
    check_kind (kind, i / 2 == 0, i % 2 == 1);
  tf_test_assert_idle (NULL);
}

/* Tasks */

static void
run_never (TfTask  *task,
           gpointer data)
{
  g_assert_not_reached ();
}

static void
run_until_cancelled (TfTask  *task,
                     gpointer started)
{
  GCancellable *cancellable = tf_task_get_cancellable (task);
  GPollFD       fd;

  tf_test_gate_open (started);
  g_assert_true (g_cancellable_make_pollfd (cancellable, &fd));
  g_poll (&fd, 1, -1);
  g_cancellable_release_fd (cancellable);
}

static void
on_submitted_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      data)
{
  g_autoptr (GError) error = NULL;
  GValue             value = G_VALUE_INIT;

  g_assert_false (tf_executor_submit_finish (TF_EXECUTOR (source), result, &value, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  n_calls++;
}

/* With a stored callback, and one that tells of the end. */
static void
submit_both (TfExecutor *executor,
             TfTask     *task,
             gpointer    data)
{
  tf_task_set_callback (task, on_future, data, count_free);
  tf_executor_submit_async (executor, task, NULL, on_submitted_cb, data);
}

static void
check_task (gboolean is_owner_data,
            gboolean is_elsewhere,
            gboolean is_early)
{
  TfExecutor *executor = tf_executor_new ();
  GObject    *owner = g_object_new (G_TYPE_OBJECT, NULL);
  gpointer    data = is_owner_data ? (gpointer) owner : executor;
  TfTestGate  started;
  TfTask     *task;

  n_calls = 0;
  n_freed = 0;
  tf_test_gate_init (&started);
  task = tf_task_new (is_early ? run_never : run_until_cancelled, &started, NULL);
  tf_task_set_owner (task, owner);
  if (is_early)
    let_owner_go (owner, is_elsewhere);
  submit_both (executor, task, data);
  if (!is_early)
    {
      tf_test_gate_wait (&started);
      let_owner_go (owner, is_elsewhere);
    }

  tf_executor_shutdown (executor, -1, NULL);
  tf_test_drain (NULL);
  tf_test_executor_finish (&executor);
  g_assert_cmpuint (n_calls, ==, is_owner_data ? 0 : 2);
  g_assert_cmpuint (n_freed, ==, 1);
  tf_test_gate_clear (&started);
}

static void
test_task (void)
{
  g_test_summary ("When the owner of a task goes, its callbacks are dropped if the owner is their "
                  "data, and called once otherwise.");

  for (guint i = 0; i < 4; i++)
    check_task (i / 2 == 0, i % 2 == 1, FALSE);
}

static void
test_early (void)
{
  g_test_summary ("Callbacks whose data is an owner that went before the submission are never "
                  "called.");

  for (guint i = 0; i < 4; i++)
    check_task (i / 2 == 0, i % 2 == 1, TRUE);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *path = g_strdup_printf ("/future/owner-callbacks/%s", kinds[i].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_kind);
    }
  tf_test_add ("/future/owner-callbacks/task", test_task);
  tf_test_add ("/future/owner-callbacks/task-submitted-too-late", test_early);

  return g_test_run ();
}
