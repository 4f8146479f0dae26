/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "meeting.h"

/* THE table of the functions that belong to the owner thread, called from another thread. .ci/check-owner compares it
 * with the documentation, so that no function is forgotten. */

#define N_WATCHED 5

typedef struct
{
  TfExecutor        *executor;
  Meeting            meeting;
  TfFuture          *future;    /* of a task that runs */
  TfFuture          *pointer;   /* completed with a pointer */
  TfPromise         *promise;   /* pending */
  TfFuture          *delivered; /* detached */
  TfMessageRouter   *router;    /* runs */
  TfMessageSender   *sender;
  TfMessageReceiver *receiver;
  GListModel        *model;
  GObject           *watched[N_WATCHED];
  guint              n_notified;
} World;

typedef enum
{
  LOGS_FUTURE,   /* a critical that names the function and the future “watched” */
  LOGS_EXECUTOR, /* a critical that names the function and the executor */
  FAILS,         /* TF_ERROR_WRONG_THREAD */
  IS_RUNNING,    /* TF_ERROR_ALREADY_RUNNING: a router that does not run has no owner */
  READS,         /* nothing: functions that only read do not check */
} Answer;

/* Returns FALSE if the function has returned what says that nothing was done. */
typedef gboolean (*CallFunc) (World   *world,
                              GError **error);

#define CALL(name, body)                   \
  static gboolean call_##name (World   *w, \
                               GError **e) \
  {                                        \
    return (body);                         \
  }
#define CALL_VOID(name, body)              \
  static gboolean call_##name (World   *w, \
                               GError **e) \
  {                                        \
    body;                                  \
    return FALSE;                          \
  }

static void
run_then (TfTask   *task,
          TfFuture *done,
          gpointer  data)
{
  g_assert_not_reached ();
}

static TfTask *
make_task (guint    index,
           gpointer data)
{
  g_assert_not_reached ();
}

static TfTask *
make_item_task (gpointer item,
                guint    index,
                gpointer data)
{
  g_assert_not_reached ();
}

static TfFuture *
go_on (TfFuture *done,
       gpointer  data)
{
  g_assert_not_reached ();
}

static TfFuture *
attempt (guint     number,
         TfFuture *last,
         gpointer  data)
{
  g_assert_not_reached ();
}

static void
on_timeout (TfFuture *future,
            gpointer  data)
{
  g_assert_not_reached ();
}

static gboolean
filter (TfFuture *future,
        guint     index,
        gpointer  data)
{
  g_assert_not_reached ();
}

static gboolean
is_over (gpointer data)
{
  g_assert_not_reached ();
}

static gboolean
deliver (World   *world,
         GError **error)
{
  TfMessage *message = tf_message_new_started ();
  gboolean   is_accepted = tf_future_deliver (world->delivered, message, NULL, error);

  /* It was not taken. */
  if (!is_accepted)
    tf_message_free (message);
  return is_accepted;
}

static gboolean
abort_with_error (World   *world,
                  GError **error)
{
  return tf_future_abort_with_error (
    world->future, g_error_new (TF_ERROR, TF_ERROR_FAILED, "no luck"), error);
}

static gboolean
return_to_gtask (World *world)
{
  GTask *gtask = g_task_new (NULL, NULL, NULL, NULL);

  tf_future_return_to_gtask (world->future, gtask);
  g_assert_finalize_object (gtask);
  return FALSE;
}

static gboolean
pipe_new (World   *world,
          GError **error)
{
  TfMessageSender              *sender = NULL;
  g_autoptr (TfMessageReceiver) receiver = tf_message_router_pipe (world->router, &sender, error);

  return receiver != NULL || sender != NULL;
}

CALL (submit_then, tf_executor_submit_then (w->executor, w->future, run_then, NULL, NULL) != NULL)
CALL (submit_then_bound,
      tf_executor_submit_then_for_bindings (w->executor, w->future, run_then, NULL, NULL) != NULL)
CALL (map,
      tf_executor_map (w->executor, 1, 0, TF_FUTURE_SET_FLAGS_NONE, make_task, NULL, NULL) != NULL)
CALL (map_model, tf_executor_map_model (w->executor, w->model, 0, TF_FUTURE_SET_FLAGS_NONE,
                                        make_item_task, NULL, NULL) != NULL)
CALL (stop, tf_executor_stop (w->executor, e))
CALL (shutdown, tf_executor_shutdown (w->executor, -1, e))
CALL (get_fd, tf_executor_detach (w->executor, e) != -1)
CALL (attach, tf_executor_attach (w->executor, e))
CALL_VOID (set_max_workers, tf_executor_set_max_workers (w->executor, 7))
CALL_VOID (set_dispatch_priority, tf_executor_set_dispatch_priority (w->executor, 7))
CALL_VOID (set_dispatch_budget, tf_executor_set_dispatch_budget (w->executor, 7))
CALL_VOID (set_progress_interval, tf_executor_set_progress_interval (w->executor, 7))
CALL_VOID (set_failure_report,
           tf_executor_set_failure_report (w->executor, TF_FAILURE_REPORT_SIGNAL))
CALL (get_dispatch_priority, tf_executor_get_dispatch_priority (w->executor) == 7)
CALL (get_dispatch_budget, tf_executor_get_dispatch_budget (w->executor) == 7)
CALL (get_progress_interval, tf_executor_get_progress_interval (w->executor) == 7)
CALL (get_failure_report, tf_executor_get_failure_report (w->executor) == TF_FAILURE_REPORT_SIGNAL)
CALL (then, tf_future_then (w->future, go_on, NULL, NULL) != NULL)
CALL (catch, tf_future_catch (w->future, go_on, NULL, NULL) != NULL)
CALL (finally, tf_future_finally (w->future, go_on, NULL, NULL) != NULL)
CALL (shield, tf_future_shield (w->future) != NULL)
CALL (with_timeout, tf_future_with_timeout (w->future, 0, TF_TIMEOUT_ACTION_CANCEL) != NULL)
CALL (with_timeout_full,
      tf_future_with_timeout_full (w->future, 0, TF_TIMEOUT_ACTION_CANCEL, on_timeout, NULL,
                                   NULL) != NULL)
CALL (with_deadline, tf_future_with_deadline (w->future, 0, TF_TIMEOUT_ACTION_CANCEL) != NULL)
CALL (retry, tf_future_retry (1, 0, 0, attempt, NULL, NULL) != NULL)
CALL (all_of, tf_future_all_of (w->future, NULL) != NULL)
CALL (all, tf_future_all (&w->future, 1, TF_FUTURE_SET_FLAGS_NONE) != NULL)
CALL (any_of, tf_future_any_of (w->future, NULL) != NULL)
CALL (any, tf_future_any (&w->future, 1, TF_FUTURE_SET_FLAGS_NONE) != NULL)
CALL (any_filtered,
      tf_future_any_skipping (&w->future, 1, TF_FUTURE_SET_FLAGS_NONE, filter, NULL, NULL) != NULL)
CALL (race_of, tf_future_race_of (w->future, NULL) != NULL)
CALL (race, tf_future_race (&w->future, 1, TF_FUTURE_SET_FLAGS_NONE) != NULL)
CALL (race_filtered,
      tf_future_race_skipping (&w->future, 1, TF_FUTURE_SET_FLAGS_NONE, filter, NULL, NULL) != NULL)
CALL (deliver, deliver (w, e))
CALL (abort, tf_future_abort (w->future, NULL, e))
CALL (abort_with_error, abort_with_error (w, e))
CALL_VOID (bind_owner, tf_future_bind_owner (w->future, G_OBJECT (w->model)))
CALL (hold_events, tf_future_hold_events (w->future))
CALL (steal_pointer, tf_future_steal_pointer (w->pointer, e) != NULL)
CALL_VOID (wait_async, tf_future_wait_async (w->future, NULL, NULL, NULL))
CALL (return_to_gtask, return_to_gtask (w))
CALL (promise_follow, tf_promise_follow (w->promise, w->future))
CALL_VOID (set_abort_policy, tf_promise_set_abort_policy (w->promise, TF_ABORT_POLICY_REFUSE))
CALL (is_running, !tf_message_router_is_running (w->router))
CALL (start, tf_message_router_start (w->router, e))
CALL (stop_router, tf_message_router_stop (w->router, e))
CALL (pipe, pipe_new (w, e))
CALL (close_pipe, tf_message_router_close_pipe (w->router, w->receiver, e))
CALL (route_until, tf_message_router_route_until (w->router, 0, is_over, NULL, e))
CALL (attach_router, tf_message_router_attach (w->router, e))
CALL (router_get_fd, tf_thread_router_detach (TF_THREAD_ROUTER (w->router), e) != -1)

static const struct
{
  const char *function;
  CallFunc    call;
  Answer      answer;
  const char *name; /* (nullable) of the future */
} rows[] = {
  { "tf_executor_submit_then", call_submit_then, LOGS_FUTURE, "“running”" },
  { "tf_executor_submit_then_for_bindings", call_submit_then_bound, LOGS_FUTURE, "“running”" },
  { "tf_executor_map", call_map, LOGS_EXECUTOR },
  { "tf_executor_map_model", call_map_model, LOGS_EXECUTOR },
  { "tf_executor_stop", call_stop, FAILS },
  { "tf_executor_shutdown", call_shutdown, FAILS },
  { "tf_executor_detach", call_get_fd, FAILS },
  { "tf_executor_attach", call_attach, FAILS },
  { "tf_executor_set_max_workers", call_set_max_workers, LOGS_EXECUTOR },
  { "tf_executor_set_dispatch_priority", call_set_dispatch_priority, LOGS_EXECUTOR },
  { "tf_executor_set_dispatch_budget", call_set_dispatch_budget, LOGS_EXECUTOR },
  { "tf_executor_set_progress_interval", call_set_progress_interval, LOGS_EXECUTOR },
  { "tf_executor_set_failure_report", call_set_failure_report, LOGS_EXECUTOR },
  { "tf_executor_get_dispatch_priority", call_get_dispatch_priority, READS },
  { "tf_executor_get_dispatch_budget", call_get_dispatch_budget, READS },
  { "tf_executor_get_progress_interval", call_get_progress_interval, READS },
  { "tf_executor_get_failure_report", call_get_failure_report, READS },
  { "tf_future_then", call_then, LOGS_FUTURE, "“running”" },
  { "tf_future_catch", call_catch, LOGS_FUTURE, "“running”" },
  { "tf_future_finally", call_finally, LOGS_FUTURE, "“running”" },
  { "tf_future_shield", call_shield, LOGS_FUTURE, "“running”" },
  { "tf_future_with_timeout", call_with_timeout, LOGS_FUTURE, "“running”" },
  { "tf_future_with_timeout_full", call_with_timeout_full, LOGS_FUTURE, "“running”" },
  { "tf_future_with_deadline", call_with_deadline, LOGS_FUTURE, "“running”" },
  { "tf_future_retry", call_retry, LOGS_FUTURE, "“retry”" },
  { "tf_future_all_of", call_all_of, LOGS_FUTURE, "“running”" },
  { "tf_future_all", call_all, LOGS_FUTURE, "“running”" },
  { "tf_future_any_of", call_any_of, LOGS_FUTURE, "“running”" },
  { "tf_future_any", call_any, LOGS_FUTURE, "“running”" },
  { "tf_future_any_skipping", call_any_filtered, LOGS_FUTURE, "“running”" },
  { "tf_future_race_of", call_race_of, LOGS_FUTURE, "“running”" },
  { "tf_future_race", call_race, LOGS_FUTURE, "“running”" },
  { "tf_future_race_skipping", call_race_filtered, LOGS_FUTURE, "“running”" },
  { "tf_future_deliver", call_deliver, LOGS_FUTURE, "“detached”" },
  { "tf_future_abort", call_abort, LOGS_FUTURE, "“running”" },
  { "tf_future_abort_with_error", call_abort_with_error, LOGS_FUTURE, "“running”" },
  { "tf_future_bind_owner", call_bind_owner, LOGS_FUTURE, "“running”" },
  { "tf_future_hold_events", call_hold_events, LOGS_FUTURE, "“running”" },
  { "tf_future_steal_pointer", call_steal_pointer, LOGS_FUTURE, "“pointer”" },
  { "tf_future_wait_async", call_wait_async, LOGS_FUTURE, "“running”" },
  { "tf_future_return_to_gtask", call_return_to_gtask, LOGS_FUTURE, "“running”" },
  { "tf_promise_follow", call_promise_follow, LOGS_FUTURE, "“promise”" },
  { "tf_promise_set_abort_policy", call_set_abort_policy, LOGS_FUTURE, "“promise”" },
  { "tf_message_router_is_running", call_is_running, READS },
  { "tf_message_router_start", call_start, IS_RUNNING },
  { "tf_message_router_stop", call_stop_router, FAILS },
  { "tf_message_router_pipe", call_pipe, FAILS },
  { "tf_message_router_close_pipe", call_close_pipe, FAILS },
  { "tf_message_router_route_until", call_route_until, FAILS },
  { "tf_message_router_attach", call_attach_router, FAILS },
  { "tf_thread_router_detach", call_router_get_fd, FAILS },
};

/* The other thread */

typedef struct
{
  World  *world;
  guint   row;
  GError *error;
} Call;

static gpointer
call_in_thread (gpointer data)
{
  Call *call = data;

  g_assert_false (rows[call->row].call (call->world, &call->error));
  return NULL;
}

static void
check_log (World *world,
           guint  row)
{
  g_autofree char *executor = g_strdup_printf ("executor %p", (gpointer) world->executor);
  const char      *object = rows[row].answer == LOGS_EXECUTOR ? executor : rows[row].name;
  g_autofree char *expected = g_strdup_printf ("%s: called outside the main context that owns *%s",
                                               rows[row].function, object);
  Call             call = { world, row, NULL };
  TfTestLog       *log = tf_test_log_new (G_LOG_LEVEL_CRITICAL);

  g_thread_join (g_thread_new ("off-owner", call_in_thread, &call));
  g_assert_no_error (call.error);
  g_assert_cmpuint (tf_test_log_count (log, expected), ==, 1);
  g_assert_cmpuint (tf_test_log_count (log, "*"), ==, 1);
  tf_test_log_free (log);
}

static void
check_error (World *world,
             guint  row)
{
  Call call = { world, row, NULL };

  g_thread_join (g_thread_new ("off-owner", call_in_thread, &call));
  if (rows[row].answer == READS)
    g_assert_no_error (call.error);
  else if (rows[row].answer == IS_RUNNING)
    g_assert_error (call.error, TF_ERROR, TF_ERROR_ALREADY_RUNNING);
  else
    g_assert_error (call.error, TF_ERROR, TF_ERROR_WRONG_THREAD);
  g_clear_error (&call.error);
}

/* The world */

static void
run_pointer (TfTask  *task,
             gpointer data)
{
  tf_task_return_pointer (task, data, NULL);
}

static TfFuture *
submit_named (TfExecutor *executor,
              const char *name,
              TfTaskFunc  func,
              gpointer    data)
{
  TfTask *task = tf_task_new (func, data, NULL);

  tf_task_set_name (task, name);
  return submit_task (executor, task);
}

static void
on_notify_cb (GObject    *object,
              GParamSpec *pspec,
              guint      *n)
{
  (*n)++;
}

static void
world_init (World *self)
{
  g_autoptr (GError) error = NULL;

  *self = (World){ .executor = executor_new (1), .promise = tf_promise_new ("promise") };
  meeting_init (&self->meeting);
  self->pointer = submit_named (self->executor, "pointer", run_pointer, self);
  tf_test_wait_done (self->pointer);
  self->future = submit_named (self->executor, "running", run_meeting, &self->meeting);
  wait_for_state (self->future, TF_FUTURE_STATE_EXECUTING);
  tf_promise_set_abort_policy (self->promise, TF_ABORT_POLICY_ALLOW);
  self->delivered = tf_future_new_detached (TF_TYPE_FUTURE, NULL, NULL, NULL);
  self->model = G_LIST_MODEL (g_list_store_new (G_TYPE_OBJECT));
  self->router = TF_MESSAGE_ROUTER (tf_thread_router_new (NULL));
  g_assert_true (tf_message_router_start (self->router, &error));
  g_assert_no_error (error);
  self->receiver = tf_message_router_pipe (self->router, &self->sender, &error);
  g_assert_no_error (error);
  tf_test_drain (NULL);

  self->watched[0] = G_OBJECT (self->executor);
  self->watched[1] = G_OBJECT (self->future);
  self->watched[2] = G_OBJECT (self->promise);
  self->watched[3] = G_OBJECT (self->delivered);
  self->watched[4] = G_OBJECT (self->router);
  for (guint i = 0; i < N_WATCHED; i++)
    g_signal_connect (self->watched[i], "notify", G_CALLBACK (on_notify_cb), &self->n_notified);
}

/* Nothing has changed, and nothing is on its way. */
static void
world_check (World *self)
{
  tf_test_drain (NULL);
  g_assert_cmpuint (self->n_notified, ==, 0);
  tf_test_assert_state (self->future, TF_FUTURE_STATE_EXECUTING);
  tf_test_assert_state (TF_FUTURE (self->promise), TF_FUTURE_STATE_EXECUTING);
  tf_test_assert_state (self->delivered, TF_FUTURE_STATE_WAITING);
  g_assert_cmpint (tf_promise_get_abort_policy (self->promise), ==, TF_ABORT_POLICY_ALLOW);
  g_assert_true (tf_executor_is_running (self->executor));
  g_assert_cmpuint (tf_executor_get_max_workers (self->executor), ==, 1);
  g_assert_true (tf_message_router_is_running (self->router));
}

static void
world_clear (World *self)
{
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < N_WATCHED; i++)
    g_signal_handlers_disconnect_by_data (self->watched[i], &self->n_notified);
  g_assert_true (tf_future_steal_pointer (self->pointer, NULL) == self);
  tf_test_gate_open (&self->meeting.go);
  finish_future (self->future);
  finish_future (self->pointer);
  g_assert_true (tf_future_abort (self->delivered, NULL, NULL));
  finish_future (self->delivered);
  g_assert_finalize_object (self->promise);
  g_assert_true (tf_message_router_close_pipe (self->router, self->receiver, &error));
  g_assert_no_error (error);
  g_assert_true (tf_message_router_stop (self->router, &error));
  g_assert_no_error (error);
  g_assert_finalize_object (self->receiver);
  tf_message_sender_unref (self->sender);
  g_assert_finalize_object (self->router);
  g_assert_finalize_object (self->model);
  tf_test_executor_finish (&self->executor);
  meeting_clear (&self->meeting);
}

static void
test_row (gconstpointer data)
{
  guint row = GPOINTER_TO_UINT (data);
  World world;

  g_test_summary ("A function that belongs to the owner thread says so on another thread, and "
                  "changes nothing.");

  world_init (&world);
  if (rows[row].answer == LOGS_FUTURE || rows[row].answer == LOGS_EXECUTOR)
    check_log (&world, row);
  else
    check_error (&world, row);
  world_check (&world);
  world_clear (&world);
  tf_test_drain (NULL);
  tf_test_assert_idle (NULL);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/future/off-owner/%s", rows[i].function);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_row);
    }

  return g_test_run ();
}
