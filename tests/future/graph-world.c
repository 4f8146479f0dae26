/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "graph-world.h"

#include "future/tf-completion-private.h"

#define N_WORKERS 3

/* What may take time takes one of so many steps. */
#define STEP_US 1000
#define N_STEPS 6

typedef struct _World World;

typedef struct
{
  GraphNode model; /* first: a node of the model is one of these */
  World    *world;
  TfFuture *future;       /* (owned) (nullable) what the test holds */
  TfFuture *raw;          /* the same, until it is finalised */
  GString  *told;         /* (owned) the notifications, in their order */
  gint      is_finalised; /* [atomic] */
  guint     n_freed;      /* the data of its function */
  guint     n_done;
  gboolean  is_cancelled;
} Node;

/* What a worker is to do; the owner waits for it. */
typedef enum
{
  JOB_RESOLVE,
  JOB_REJECT,
  JOB_CANCEL,
  JOB_DROP,
  JOB_STRIKES,
  JOB_QUIT,
} Job;

/* One of many things that a worker does while the owner goes on. */
typedef struct
{
  Job       job;
  TfFuture *future; /* (owned) */
  gint64    number;
} Strike;

typedef struct
{
  GThread     *thread;
  GAsyncQueue *jobs;
  GAsyncQueue *results;
  GAsyncQueue *strikes;
  Job          job;
  TfFuture    *future;
  gint64       number;
  gboolean     result;
} Worker;

struct _World
{
  GraphModel    model;
  GraphMode     mode;
  GMainContext *context;
  GThread      *owner;
  TfTestClock  *clock;
  GRand        *rand;
  Worker       *workers;
  guint32       seed;
  gint64        last_number;
  GString      *log; /* (owned) what was done */
  Node          nodes[GRAPH_MAX_NODES];
  guint         n_nodes;
  guint         depth; /* of nested loops */
};

static GQuark
node_quark (void)
{
  return g_quark_from_static_string ("graph-node");
}

static guint
random_below (World *world,
              guint  n)
{
  return (guint) g_rand_int_range (world->rand, 0, (gint32) n);
}

/* One time out of so many. */
static gboolean
rarely (World *world,
        guint  n)
{
  return random_below (world, n) == 0;
}

static void G_GNUC_PRINTF (2, 3)
  note (World      *world,
        const char *format,
        ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_string_append_vprintf (world->log, format, arguments);
  va_end (arguments);
  g_string_append_c (world->log, '\n');
}

static void G_GNUC_PRINTF (2, 3) G_GNUC_NORETURN
  fail (World      *world,
        const char *format,
        ...)
{
  g_autofree char *text = NULL;
  va_list          arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_error ("graph of TF_TEST_SEED=%u: %s\n%s", world->seed, text, world->log->str);
}

static void
check (World *world)
{
  if (world->model.complaint != NULL)
    fail (world, "%s", world->model.complaint);
}

/* --- What is seen --- */

static Node *
node_of (gpointer future)
{
  return g_object_get_qdata (future, node_quark ());
}

static gboolean
is_given_up (GraphNode *model)
{
  Node   *node = (Node *) model;
  TfPhase phase;

  if (g_atomic_int_get (&node->is_finalised))
    return FALSE;

  phase = tf__future_get_phase (node->raw);
  return phase == TF_PHASE_ABORTING || phase == TF_PHASE_ABORTED;
}

static gboolean
is_settled (GraphNode *model)
{
  Node *node = (Node *) model;

  return !g_atomic_int_get (&node->is_finalised) &&
         tf__completion_has_outcome (tf__completion_of (node->raw));
}

static gboolean
is_abort_asked (GraphNode *model)
{
  Node *node = (Node *) model;

  tf__enter_foreground ();

  return !g_atomic_int_get (&node->is_finalised) &&
         tf__completion_is_abort_asked (tf__completion_of (node->raw));
}

/* Before what else is seen. */
static void
see_given_up (World *world)
{
  if (world->mode != GRAPH_MODE_AT_ONCE)
    graph_model_saw_given_up (&world->model);
}

static void
on_finalised (gpointer data)
{
  Node *node = data;

  g_atomic_int_set (&node->is_finalised, TRUE);
}

static GraphOutcome
read_outcome (TfFuture *future)
{
  GraphOutcome       outcome = { tf_future_get_state (future), 0, 0, 0 };
  g_autoptr (GError) error = NULL;
  GValue            *value = tf_future_dup_value (future, &error);

  g_assert_true (value == NULL || error == NULL);
  g_assert_true ((error != NULL) == (outcome.state != TF_FUTURE_STATE_COMPLETED));
  if (value != NULL)
    {
      outcome.value = g_value_get_int64 (value);
      g_boxed_free (G_TYPE_VALUE, value);
    }
  if (error != NULL)
    {
      outcome.domain = error->domain;
      outcome.code = error->code;
    }

  return outcome;
}

static gboolean
has_function (GraphNode *node)
{
  return node->kind == GRAPH_THEN || node->kind == GRAPH_CATCH || node->kind == GRAPH_FINALLY ||
         node->kind == GRAPH_TIMEOUT || (node->kind >= GRAPH_ALL && node->has_filter);
}

static void
check_told (Node               *node,
            const GraphOutcome *outcome)
{
  gboolean is_refusing = node->model.kind == GRAPH_SHIELD ||
                         (node->model.kind == GRAPH_PROMISE &&
                          node->model.abortable == GRAPH_ABORTABLE_NO);
  const char      *cancellable = is_refusing ? "" : "cancellable ";
  g_autofree char *expected = NULL;

  /* A future that refuses to be cancelled is not cancellable before its end, either. */
  if (outcome->state == TF_FUTURE_STATE_CANCELLED)
    expected = g_strdup_printf ("state %serror state done ", cancellable);
  else if (outcome->state == TF_FUTURE_STATE_FAILED)
    expected = g_strdup_printf ("error state %sdone ", cancellable);
  else
    expected =
      g_strdup_printf ("%sstate %sdone ", outcome->value != 0 ? "value " : "", cancellable);

  if (strcmp (node->told->str, expected) != 0)
    fail (node->world, "node %u told “%s”, not “%s”", node->model.index, node->told->str, expected);
}

/* A hook is nobody who listens. */
static gboolean
on_any_done_cb (GSignalInvocationHint *hint,
                guint                  n_values,
                const GValue          *values,
                gpointer               data)
{
  TfFuture    *future = g_value_get_object (&values[0]);
  Node        *node = node_of (future);
  GraphOutcome outcome;
  int          winner;

  if (node == NULL)
    return TRUE;

  g_assert_true (g_thread_self () == node->world->owner);
  see_given_up (node->world);
  outcome = read_outcome (future);
  winner = TF_IS_FUTURE_SET (future) ? tf_future_set_get_winner (TF_FUTURE_SET (future)) : -1;
  note (node->world, "  %u done: state %d, value %" G_GINT64_FORMAT ", error %s %d, winner %d",
        node->model.index, outcome.state, outcome.value, g_quark_to_string (outcome.domain),
        outcome.code, winner);

  node->n_done++;
  if (node->n_done != 1)
    fail (node->world, "node %u was done %u times", node->model.index, node->n_done);
  if (has_function (&node->model) && node->n_freed != 1)
    fail (node->world, "the data of node %u was freed %u times", node->model.index, node->n_freed);
  check_told (node, &outcome);
  if (node->world->mode == GRAPH_MODE_AT_ONCE)
    node->model.outcome = outcome, node->model.winner = winner, node->model.is_done = TRUE;
  else
    graph_model_saw_done (&node->world->model, &node->model, &outcome, winner);
  check (node->world);
  return TRUE;
}

static void
see_notify (Node       *node,
            const char *name)
{
  static const char *const names[] = { "state", "cancellable", "done", "value", "error", NULL };

  g_assert_true (g_thread_self () == node->world->owner);
  if (!g_strv_contains (names, name))
    return;

  g_string_append_printf (node->told, "%s ", name);
  if (strcmp (name, "state") != 0 ||
      tf_future_get_state (node->raw) != TF_FUTURE_STATE_CANCELLING)
    return;

  see_given_up (node->world);
  note (node->world, "  %u CANCELLING", node->model.index);
  node->is_cancelled = TRUE;
  if (node->world->mode != GRAPH_MODE_AT_ONCE)
    graph_model_saw_cancelling (&node->world->model, &node->model);
  check (node->world);
}

static void (*dispatch) (GObject     *object,
                         guint        n_pspecs,
                         GParamSpec **pspecs);

static void
see_and_dispatch (GObject     *object,
                  guint        n_pspecs,
                  GParamSpec **pspecs)
{
  Node *node = node_of (object);

  for (guint i = 0; node != NULL && i < n_pspecs; i++)
    see_notify (node, pspecs[i]->name);
  dispatch (object, n_pspecs, pspecs);
}

/* A handler of the notifications would be somebody who listens; the class is not. */
static void
see_notifications (TfFuture *future)
{
  GObjectClass *klass = G_OBJECT_GET_CLASS (future);

  if (klass->dispatch_properties_changed == see_and_dispatch)
    return;

  dispatch = klass->dispatch_properties_changed;
  klass->dispatch_properties_changed = see_and_dispatch;
}

static void
on_done_cb (TfFuture *future,
            Node     *node)
{
  g_assert_cmpuint (node->n_done, ==, 1);
  if (node->world->mode != GRAPH_MODE_AT_ONCE || node->world->depth > 5)
    return;

  node->world->depth++;
  g_main_context_iteration (node->world->context, FALSE);
  node->world->depth--;
}

static gboolean
on_abort_requested_cb (TfPromise    *promise,
                       const GError *reason,
                       Node         *node)
{
  return node->model.abortable == GRAPH_ABORTABLE_ALLOWS;
}

/* --- Functions of the user's --- */

typedef struct
{
  Node     *node;
  TfFuture *held; /* (owned) (nullable) what it replies */
} FunctionData;

static void
function_data_free (gpointer user_data)
{
  FunctionData *data = user_data;

  g_assert_true (g_thread_self () == data->node->world->owner);
  data->node->n_freed++;
  g_clear_object (&data->held);
  g_free (data);
}

static FunctionData *
function_data_new (Node *node)
{
  FunctionData *data = g_new0 (FunctionData, 1);

  data->node = node;
  if (node->model.is_reply_held)
    data->held = g_object_ref (((Node *) node->model.reply_node)->future);
  return data;
}

/* Its error counts as read: it is not this test that asks whether somebody has read it. */
static TfFuture *
new_failed (gint64 number)
{
  TfFuture *future =
    tf_future_new_for_error (g_error_new (GRAPH_ERROR, (int) number, "as expected"));

  g_clear_error (&(GError *){ tf_future_dup_error (future) });
  return future;
}

static TfFuture *
reply (TfFuture *done,
       gpointer  user_data)
{
  FunctionData *data = user_data;
  Node         *node = data->node;
  GraphNode    *model = &node->model;
  gboolean      has_reply;

  g_assert_true (tf_future_is_done (done));
  see_given_up (node->world);
  note (node->world, "  %u calls its function with %u", model->index, node_of (done)->model.index);
  if (node->world->mode != GRAPH_MODE_AT_ONCE)
    has_reply = graph_model_saw_call (&node->world->model, model, &node_of (done)->model);
  else
    has_reply = model->reply == GRAPH_REPLY_VALUE || model->reply == GRAPH_REPLY_ERROR ||
                data->held != NULL;
  check (node->world);
  if (!has_reply)
    return NULL;

  if (model->reply == GRAPH_REPLY_VALUE)
    return tf_future_new_for_int64 (model->number);
  if (model->reply == GRAPH_REPLY_ERROR)
    return new_failed (model->number);
  if (model->reply == GRAPH_REPLY_ITSELF)
    return g_object_ref (node->future);
  if (data->held != NULL)
    return g_object_ref (data->held);
  return g_object_ref (((Node *) model->reply_node)->future);
}

static void
on_timeout (TfFuture *future,
            gpointer  user_data)
{
  FunctionData *data = user_data;

  see_given_up (data->node->world);
  note (data->node->world, "  %u times out", data->node->model.index);
  if (data->node->world->mode == GRAPH_MODE_AT_ONCE)
    return;

  graph_model_saw_timeout (&data->node->world->model, &data->node->model);
  check (data->node->world);
}

static gboolean
filter (TfFuture *future,
        guint     index,
        gpointer  user_data)
{
  FunctionData *data = user_data;
  GraphNode    *model = &data->node->model;

  g_assert_true (node_of (future) == (Node *) model->inputs[index]);
  see_given_up (data->node->world);
  if (data->node->world->mode != GRAPH_MODE_AT_ONCE)
    graph_model_saw_filter (&data->node->world->model, model, index);
  check (data->node->world);
  return (model->skipped >> index) & 1;
}

/* --- Workers --- */

static gboolean
reject (TfFuture *future,
        gint64    number)
{
  return tf_promise_reject_new_error_literal (TF_PROMISE (future), GRAPH_ERROR, (int) number,
                                              "as expected");
}

/* Until the queue of what it is to do is empty: all of it at once with the owner and the other workers. */
static void
do_strikes (Worker *self)
{
  Strike *strike;

  while ((strike = g_async_queue_try_pop (self->strikes)) != NULL)
    {
      if (strike->job == JOB_CANCEL)
        tf_future_cancel (strike->future);
      else if (strike->job == JOB_RESOLVE)
        tf_promise_resolve_int64 (TF_PROMISE (strike->future), strike->number);
      else if (strike->job == JOB_REJECT)
        reject (strike->future, strike->number);
      g_object_unref (strike->future);
      g_free (strike);
    }
}

static gpointer
run_worker (gpointer data)
{
  Worker *self = data;
  Job     job;

  do
    {
      g_async_queue_pop (self->jobs);
      job = self->job;
      switch (job)
        {
        case JOB_RESOLVE:
          self->result = tf_promise_resolve_int64 (TF_PROMISE (self->future), self->number);
          break;
        case JOB_REJECT:
          self->result = reject (self->future, self->number);
          break;
        case JOB_CANCEL:
          self->result = tf_future_cancel (self->future);
          break;
        case JOB_DROP:
          g_object_unref (self->future);
          break;
        case JOB_STRIKES:
          do_strikes (self);
          break;
        case JOB_QUIT:
        default:
          break;
        }
      g_async_queue_push (self->results, self);
    }
  while (job != JOB_QUIT);

  return NULL;
}

static void
start_workers (Worker *workers)
{
  for (guint i = 0; i < N_WORKERS; i++)
    {
      workers[i].jobs = g_async_queue_new ();
      workers[i].results = g_async_queue_new ();
      workers[i].strikes = g_async_queue_new ();
      workers[i].thread = g_thread_new ("worker", run_worker, &workers[i]);
    }
}

static gboolean
do_job (Worker   *self,
        Job       job,
        TfFuture *future,
        gint64    number)
{
  self->job = job;
  self->future = future;
  self->number = number;
  g_async_queue_push (self->jobs, self);
  g_async_queue_pop (self->results);
  return self->result;
}

static void
stop_workers (Worker *workers)
{
  for (guint i = 0; i < N_WORKERS; i++)
    {
      do_job (&workers[i], JOB_QUIT, NULL, 0);
      g_thread_join (workers[i].thread);
      g_async_queue_unref (workers[i].jobs);
      g_async_queue_unref (workers[i].results);
      g_async_queue_unref (workers[i].strikes);
    }
}

/* NULL: the owner does it. */
static Worker *
pick_worker (World *world)
{
  guint i = random_below (world, 2 * N_WORKERS);

  return i < N_WORKERS ? &world->workers[i] : NULL;
}

/* --- The loop --- */

static void
check_node (Node *node)
{
  GraphNode *model = &node->model;

  if (node->future != NULL && tf_future_get_state (node->future) != graph_model_get_state (model))
    fail (node->world, "node %u is in state %d, not %d", model->index,
          tf_future_get_state (node->future), graph_model_get_state (model));

  if (node->future != NULL && model->is_done)
    {
      GraphOutcome outcome = read_outcome (node->future);

      if (!graph_outcome_equal (&outcome, &model->outcome))
        fail (node->world, "node %u has changed after its end", model->index);
    }

  if (model->is_gone && !g_atomic_int_get (&node->is_finalised))
    fail (node->world, "node %u is alive, and nobody holds it", model->index);
}

static void
drain (World *world)
{
  note (world, "the loop runs");
  tf_test_drain (world->context);
  graph_model_saw_quiet (&world->model);
  check (world);
  for (guint i = 0; i < world->n_nodes; i++)
    check_node (&world->nodes[i]);
}

/* A weak reference would not do: it is lost when the last one goes, also if that tells those who listen first. Nobody
 * else does anything now. */
static TfFuture *
ref_if_alive (Node *node)
{
  return g_atomic_int_get (&node->is_finalised) ? NULL : g_object_ref (node->raw);
}

/* --- Making nodes --- */

static Node *
pick_held (World *world)
{
  guint n = world->n_nodes;
  guint first;

  if (n == 0)
    return NULL;

  /* The younger ones rather. */
  first = rarely (world, 2) ? 0 : n - MIN (n, 8);
  first += random_below (world, n - first);
  for (guint i = 0; i < n; i++)
    {
      Node *node = &world->nodes[(first + i) % n];

      if (node->future != NULL)
        return node;
    }

  return NULL;
}

static void
choose_function (World     *world,
                 GraphNode *model)
{
  model->reply = random_below (world, GRAPH_N_REPLIES);
  model->number = ++world->last_number;
  if (model->reply != GRAPH_REPLY_NODE)
    return;

  if (rarely (world, 3) && world->mode != GRAPH_MODE_AT_ONCE)
    {
      /* It may be made later. */
      model->reply_node = &world->nodes[random_below (world, GRAPH_MAX_NODES)].model;
      return;
    }

  model->reply_node = (GraphNode *) pick_held (world);
  model->is_reply_held = rarely (world, 2);
}

static void
choose_set (World     *world,
            GraphNode *model)
{
  static const guint flags[] = { TF_FUTURE_SET_FLAGS_NONE, TF_FUTURE_SET_FLAGS_NONE,
                                 TF_FUTURE_SET_FLAGS_CANCEL_REST, TF_FUTURE_SET_FLAGS_WAIT_FOR_ALL,
                                 TF_FUTURE_SET_FLAGS_WAIT_FOR_ALL |
                                   TF_FUTURE_SET_FLAGS_CANCEL_REST };

  model->n_inputs = random_below (world, GRAPH_MAX_INPUTS + 1);
  for (guint i = 0; i < model->n_inputs; i++)
    model->inputs[i] = (GraphNode *) pick_held (world);
  model->flags = flags[random_below (world, G_N_ELEMENTS (flags))];
  model->has_filter = model->kind != GRAPH_ALL && rarely (world, 2);
  model->skipped = random_below (world, 1 << GRAPH_MAX_INPUTS);
}

static gint64
pick_deadline (World *world)
{
  return world->model.now_us + STEP_US * (gint64) random_below (world, N_STEPS);
}

static void
choose (World     *world,
        GraphNode *model)
{
  Node *input = pick_held (world);

  model->index = world->n_nodes;
  model->kind = rarely (world, 3) ? GRAPH_PROMISE : random_below (world, GRAPH_N_KINDS);
  if (input == NULL && model->kind > GRAPH_DELAY && model->kind < GRAPH_ALL)
    model->kind = GRAPH_PROMISE;
  model->is_watched = rarely (world, 6);
  model->deadline_us = G_MAXINT64;

  if (model->kind >= GRAPH_ALL)
    {
      if (input != NULL)
        choose_set (world, model);
      return;
    }

  if (model->kind > GRAPH_DELAY)
    model->inputs[0] = &input->model;
  if (model->kind == GRAPH_PROMISE)
    {
      model->abortable = random_below (world, GRAPH_N_ABORTABLES);
      model->has_cancellable = rarely (world, 4);
    }
  else if (model->kind == GRAPH_DELAY)
    {
      model->deadline_us = pick_deadline (world);
    }
  else if (model->kind == GRAPH_TIMEOUT)
    {
      model->action = random_below (world, 3);
      if (!rarely (world, 8))
        model->deadline_us = pick_deadline (world);
    }
  else if (model->kind != GRAPH_SHIELD)
    {
      choose_function (world, model);
    }
}

static TfFuture *
make_promise (Node *node)
{
  TfPromise *promise = tf_promise_new (NULL);

  if (node->model.has_cancellable)
    tf_promise_get_gcancellable (promise);
  if (node->model.abortable == GRAPH_ABORTABLE_YES || node->model.abortable == GRAPH_ABORTABLE_NO)
    tf_promise_set_abort_policy (promise, node->model.abortable == GRAPH_ABORTABLE_YES
                                            ? TF_ABORT_POLICY_ALLOW
                                            : TF_ABORT_POLICY_REFUSE);
  else if (node->model.abortable != GRAPH_ABORTABLE_UNSET)
    g_signal_connect (promise, "abort-requested", G_CALLBACK (on_abort_requested_cb), node);
  return TF_FUTURE (promise);
}

static TfFuture *
make_set (Node *node)
{
  GraphNode *model = &node->model;
  TfFuture  *inputs[GRAPH_MAX_INPUTS];

  for (guint i = 0; i < model->n_inputs; i++)
    inputs[i] = ((Node *) model->inputs[i])->future;

  if (model->kind == GRAPH_ALL)
    return TF_FUTURE (tf_future_all (inputs, model->n_inputs, model->flags));
  if (!model->has_filter)
    return TF_FUTURE ((model->kind == GRAPH_ANY ? tf_future_any : tf_future_race) (
      inputs, model->n_inputs, model->flags));
  return TF_FUTURE (
    (model->kind == GRAPH_ANY ? tf_future_any_skipping : tf_future_race_skipping) (
      inputs, model->n_inputs, model->flags, filter, function_data_new (node), function_data_free));
}

static TfFuture *
make (Node *node)
{
  GraphNode *model = &node->model;
  TfFuture  *input = model->inputs[0] == NULL ? NULL : ((Node *) model->inputs[0])->future;
  gint64     now_us = node->world->model.now_us;
  gint64     timeout_us = model->deadline_us == G_MAXINT64 ? -1 : model->deadline_us - now_us;

  switch (model->kind)
    {
    case GRAPH_PROMISE:
      return make_promise (node);
    case GRAPH_DELAY:
      return tf_future_delay (timeout_us);
    case GRAPH_THEN:
      return tf_future_then (input, reply, function_data_new (node), function_data_free);
    case GRAPH_CATCH:
      return tf_future_catch (input, reply, function_data_new (node), function_data_free);
    case GRAPH_FINALLY:
      return tf_future_finally (input, reply, function_data_new (node), function_data_free);
    case GRAPH_SHIELD:
      return tf_future_shield (input);
    case GRAPH_TIMEOUT:
      return tf_future_with_timeout_full (input, timeout_us, model->action, on_timeout,
                                          function_data_new (node), function_data_free);
    case GRAPH_ALL:
    case GRAPH_ANY:
    case GRAPH_RACE:
    case GRAPH_N_KINDS:
    default:
      return make_set (node);
    }
}

static void
note_new (World     *world,
          GraphNode *model)
{
  static const char *const names[] = { "promise", "delay", "then", "catch", "finally",
                                       "shield", "timeout", "all", "any", "race" };

  g_string_append_printf (world->log, "%u = %s (", model->index, names[model->kind]);
  for (guint i = 0; i < G_N_ELEMENTS (model->inputs) && model->inputs[i] != NULL; i++)
    g_string_append_printf (world->log, "%u ", model->inputs[i]->index);
  note (world,
        "), reply %d %" G_GINT64_FORMAT " %d%s, until %" G_GINT64_FORMAT " action %d, flags %u,"
        " filter %d %u, abortable %d, cancellable %d%s",
        model->reply, model->number,
        model->reply_node == NULL ? -1 : (int) ((Node *) model->reply_node - world->nodes),
        model->is_reply_held ? " held" : "", model->deadline_us, model->action, model->flags,
        model->has_filter, model->skipped, model->abortable, model->has_cancellable,
        model->is_watched ? ", watched" : "");
}

static void
add_node (World *world)
{
  Node    *node = &world->nodes[world->n_nodes];
  gboolean is_set_of_done = FALSE;

  choose (world, &node->model);
  note_new (world, &node->model);
  for (guint i = 0; i < node->model.n_inputs; i++)
    is_set_of_done = is_set_of_done || node->model.inputs[i]->is_done;

  /* Members that were done when it was made count from the next turn on: which are counted before depends on what
   * else is in that turn, unless there is nothing. */
  is_set_of_done = is_set_of_done && world->mode != GRAPH_MODE_AT_ONCE;
  if (is_set_of_done)
    drain (world);
  world->n_nodes++;
  node->world = world;
  node->told = g_string_new (NULL);
  graph_model_add (&world->model, &node->model);
  node->future = make (node);
  node->raw = node->future;
  g_object_set_qdata_full (G_OBJECT (node->future), node_quark (), node, on_finalised);
  see_notifications (node->future);
  if (node->model.is_watched)
    g_signal_connect (node->future, "done", G_CALLBACK (on_done_cb), node);
  if (is_set_of_done)
    drain (world);
}

/* --- What is done to them --- */

static void
complete (World   *world,
          Node    *node,
          gboolean is_good)
{
  GraphOutcome outcome = { is_good ? TF_FUTURE_STATE_COMPLETED : TF_FUTURE_STATE_FAILED, 0, 0, 0 };
  gint64       number = ++world->last_number;
  Worker      *worker = pick_worker (world);
  gboolean     expected;
  gboolean     seen;

  note (world, "%s complete %u, %d %" G_GINT64_FORMAT, worker == NULL ? "owner" : "worker",
        node->model.index, is_good, number);
  if (is_good)
    outcome.value = number;
  else
    outcome.domain = GRAPH_ERROR, outcome.code = (int) number;
  expected = graph_model_complete (&world->model, &node->model, &outcome);
  if (worker != NULL)
    seen = do_job (worker, is_good ? JOB_RESOLVE : JOB_REJECT, node->future, number);
  else if (is_good)
    seen = tf_promise_resolve_int64 (TF_PROMISE (node->future), number);
  else
    seen = reject (node->future, number);
  if (seen != expected)
    fail (world, "completing node %u returned %d", node->model.index, seen);
}

static void
follow (World *world,
        Node  *node)
{
  Node    *other = pick_held (world);
  gboolean expected;

  if (graph_model_depends (&other->model, &node->model) &&
      !graph_model_is_circle (&node->model, &other->model))
    return;

  note (world, "%u follows %u", node->model.index, other->model.index);
  expected = graph_model_follow (&world->model, &node->model, &other->model);
  if (tf_promise_follow (TF_PROMISE (node->future), other->future) != expected)
    fail (world, "following of node %u did not return %d", node->model.index, expected);
}

static void
cancel (World *world,
        Node  *node)
{
  Worker  *worker = pick_worker (world);
  gboolean expected;
  gboolean seen;

  note (world, "%s cancel %u", worker == NULL ? "owner" : "worker", node->model.index);
  expected = graph_model_cancel (&world->model, &node->model);
  if (worker != NULL)
    seen = do_job (worker, JOB_CANCEL, node->future, 0);
  else
    seen = tf_future_cancel (node->future);
  if (seen != expected)
    fail (world, "cancel of node %u returned %d", node->model.index, seen);
  if (worker == NULL && seen && tf_future_get_state (node->future) != TF_FUTURE_STATE_CANCELLING)
    fail (world, "node %u was cancelled, and is not CANCELLING", node->model.index);
}

static void
abort_node (World *world,
            Node  *node)
{
  GraphOutcome reason = { TF_FUTURE_STATE_CANCELLED, 0, GRAPH_ERROR, 0 };
  int          expected;
  gboolean     seen;

  reason.code = (int) ++world->last_number;
  note (world, "abort %u, %d", node->model.index, reason.code);
  expected = graph_model_abort (&world->model, &node->model, &reason);
  seen = tf_future_abort_with_error (
    node->future, g_error_new (GRAPH_ERROR, reason.code, "as expected"), NULL);
  graph_model_saw_abort (&world->model, &node->model, &reason, seen);
  if (expected >= 0 && seen != expected)
    fail (world, "abort of node %u returned %d", node->model.index, seen);
}

static void
drop (World *world,
      Node  *node)
{
  Worker *worker = pick_worker (world);

  note (world, "%s drop %u", worker == NULL ? "owner" : "worker", node->model.index);
  graph_model_drop (&world->model, &node->model);
  if (worker != NULL)
    do_job (worker, JOB_DROP, g_steal_pointer (&node->future), 0);
  else
    g_clear_object (&node->future);
}

static void
advance (World *world,
         guint  n_steps)
{
  note (world, "the time goes on");
  world->model.now_us += STEP_US * (gint64) n_steps;
  tf_test_clock_advance (world->clock, STEP_US * (gint64) n_steps);
}

/* One random thing to one of the nodes. */
static void
strike (World *world)
{
  Node    *node = pick_held (world);
  guint    what = random_below (world, 20);
  gboolean is_promise = node != NULL && node->model.kind == GRAPH_PROMISE;

  if (what < 2)
    advance (world, 1 + random_below (world, 2));
  else if (node == NULL)
    return;
  else if (what < 4)
    cancel (world, node);
  else if (what < 6)
    abort_node (world, node);
  else if (what < 10)
    drop (world, node);
  else if (is_promise && what < 12)
    follow (world, node);
  else if (is_promise)
    complete (world, node, what < 17);
}

/* --- All at once --- */

/* What holds for the ends of a set and its members, whatever came first. */
static void
check_set (World *world,
           Node  *node)
{
  GraphNode       *model = &node->model;
  const GraphNode *winner = model->winner < 0 ? NULL : model->inputs[model->winner];
  gboolean         is_good = model->outcome.state == TF_FUTURE_STATE_COMPLETED;

  if (node->is_cancelled && (winner == NULL || winner->outcome.state != TF_FUTURE_STATE_CANCELLED))
    return;

  if (winner != NULL && (!winner->is_done || (!node->is_cancelled &&
                                              !graph_outcome_equal (&winner->outcome,
                                                                    &model->outcome))))
    fail (world, "set %u did not end as its winner", model->index);
  if (model->kind == GRAPH_ALL && is_good == (winner != NULL))
    fail (world, "set %u has the winner %d", model->index, model->winner);

  for (guint i = 0; i < model->n_inputs; i++)
    {
      const GraphNode *input = model->inputs[i];
      gboolean         is_completed = input->outcome.state == TF_FUTURE_STATE_COMPLETED;

      if (model->kind == GRAPH_ALL && is_good && !is_completed)
        fail (world, "set %u completed without member %u", model->index, i);
      if (model->kind == GRAPH_ANY && !is_good && !input->is_done)
        fail (world, "set %u did not wait for member %u", model->index, i);
    }
}

static void
check_ends (World *world)
{
  for (guint i = 0; i < world->n_nodes; i++)
    {
      Node            *node = &world->nodes[i];
      const GraphNode *input = node->model.inputs[0];

      if (!node->model.is_done)
        continue;

      if (node->model.kind >= GRAPH_ALL && node->model.n_inputs > 0)
        check_set (world, node);
      else if (node->model.kind == GRAPH_SHIELD &&
               !graph_outcome_equal (&input->outcome, &node->model.outcome))
        fail (world, "shield %u did not end as node %u", i, input->index);
    }
}

static void
push_strike (World *world,
             Node  *node)
{
  Strike *strike = g_new0 (Strike, 1);

  strike->future = g_object_ref (node->future);
  strike->number = ++world->last_number;
  if (node->model.kind == GRAPH_PROMISE && !rarely (world, 4))
    strike->job = rarely (world, 3) ? JOB_REJECT : JOB_RESOLVE;
  else
    strike->job = rarely (world, 3) ? JOB_CANCEL : JOB_DROP;
  note (world, "strike %u, %d", node->model.index, strike->job);
  g_async_queue_push (world->workers[random_below (world, N_WORKERS)].strikes, strike);
}

static void
strike_here (World *world)
{
  Node *node = pick_held (world);

  switch (random_below (world, 6))
    {
    case 0:
      if (node != NULL)
        tf_future_cancel (node->future);
      break;
    case 1:
      if (node != NULL)
        tf_future_abort (node->future, NULL, NULL);
      break;
    case 2:
      if (node != NULL)
        g_clear_object (&node->future);
      break;
    case 3:
      tf_test_clock_advance (world->clock, STEP_US);
      break;
    default:
      g_main_context_iteration (world->context, FALSE);
      break;
    }
}

static void
storm (World *world)
{
  guint n_nodes = 1 + random_below (world, GRAPH_MAX_NODES);

  while (world->n_nodes < n_nodes)
    add_node (world);
  for (guint i = 0; i < n_nodes; i++)
    {
      push_strike (world, &world->nodes[i]);
      push_strike (world, &world->nodes[random_below (world, n_nodes)]);
    }

  for (guint i = 0; i < N_WORKERS; i++)
    {
      world->workers[i].job = JOB_STRIKES;
      g_async_queue_push (world->workers[i].jobs, &world->workers[i]);
    }
  for (guint i = 0; i < n_nodes; i++)
    strike_here (world);
  for (guint i = 0; i < N_WORKERS; i++)
    g_async_queue_pop (world->workers[i].results);

  tf_test_drain (world->context);
  tf_test_clock_advance (world->clock, STEP_US * N_STEPS);
  tf_test_drain (world->context);
  check_ends (world);

  for (guint i = 0; i < n_nodes; i++)
    {
      Node                *node = &world->nodes[i];
      g_autoptr (TfFuture) future = ref_if_alive (node);

      g_clear_object (&node->future);
      if (future != NULL && node->model.kind == GRAPH_PROMISE)
        tf_promise_resolve_none (TF_PROMISE (future));
    }
  tf_test_drain (world->context);
  check_ends (world);
}

/* --- One graph --- */

static void
grow (World *world)
{
  guint n_nodes = 1 + random_below (world, GRAPH_MAX_NODES);
  guint n_strikes = random_below (world, 2 * n_nodes + 1);

  while (world->n_nodes < n_nodes || n_strikes > 0)
    {
      if (world->n_nodes < n_nodes && (n_strikes == 0 || rarely (world, 2)))
        {
          add_node (world);
        }
      else
        {
          strike (world);
          n_strikes--;
        }
      if (world->mode == GRAPH_MODE_ONE_AT_A_TIME || rarely (world, 8))
        drain (world);
    }
}

/* Nobody wants any of it. What hangs on promises that are not held ends; what is left are those that the data of
 * functions hold, which would wait for ever. */
static void
abandon (World *world)
{
  for (guint i = 0; i < world->n_nodes; i++)
    {
      if (world->nodes[i].future != NULL)
        drop (world, &world->nodes[i]);
    }
  drain (world);

  for (guint i = 0; i < world->n_nodes; i++)
    {
      Node                *node = &world->nodes[i];
      g_autoptr (TfFuture) future = ref_if_alive (node);

      if (future == NULL || node->model.kind != GRAPH_PROMISE || node->model.is_done)
        continue;

      if (node->model.upstream == NULL && !graph_model_is_held (&world->model, &node->model))
        fail (world, "promise %u is left, and nobody holds it", node->model.index);
      note (world, "resolve %u", node->model.index);
      graph_model_complete (&world->model, &node->model,
                            &(GraphOutcome){ .state = TF_FUTURE_STATE_COMPLETED });
      tf_promise_resolve_none (TF_PROMISE (future));
    }
  drain (world);
  advance (world, N_STEPS);
  drain (world);
}

static void
check_nothing_left (World *world)
{
  g_autoptr (GString) left = g_string_new (NULL);
  GSource            *last = g_idle_source_new ();
  guint               n_sources;

  for (guint i = 0; i < world->n_nodes; i++)
    {
      if (!g_atomic_int_get (&world->nodes[i].is_finalised))
        g_string_append_printf (left, " %u", i);
    }
  if (left->len > 0)
    fail (world, "nodes are left:%s", left->str);

  /* The identifiers count from 1. */
  n_sources = g_source_attach (last, world->context);
  for (guint id = 1; id < n_sources; id++)
    {
      if (g_main_context_find_source_by_id (world->context, id) != NULL)
        fail (world, "a source is left");
    }
  g_source_destroy (last);
  g_source_unref (last);
}

static void
run_one (World *world)
{
  graph_model_init (&world->model);
  world->model.is_given_up = is_given_up;
  world->model.is_settled = is_settled;
  world->model.is_abort_asked = is_abort_asked;
  world->model.now_us = tf_clock_get_time (TF_CLOCK (world->clock));
  world->context = g_main_context_new ();
  g_main_context_push_thread_default (world->context);
  g_rand_set_seed (world->rand, world->seed);
  g_string_truncate (world->log, 0);

  if (world->mode == GRAPH_MODE_AT_ONCE)
    {
      storm (world);
    }
  else
    {
      grow (world);
      drain (world);
      abandon (world);
    }
  check_nothing_left (world);

  for (guint i = 0; i < world->n_nodes; i++)
    {
      g_string_free (world->nodes[i].told, TRUE);
      graph_node_clear (&world->nodes[i].model);
    }
  memset (world->nodes, 0, sizeof world->nodes);
  world->n_nodes = 0;
  world->last_number = 0;
  g_main_context_pop_thread_default (world->context);
  g_main_context_unref (world->context);
  graph_model_clear (&world->model);
}

static guint32
first_seed (void)
{
  const char *text = g_getenv ("TF_TEST_SEED");

  return text == NULL ? (guint32) g_test_rand_int () : (guint32) g_ascii_strtoull (text, NULL, 10);
}

void
graph_world_run_many (GraphMode mode,
                      guint     n_graphs)
{
  g_autofree World *world = g_new0 (World, 1);
  Worker            workers[N_WORKERS] = { 0 };
  guint             done_id;
  gulong            hook;

  g_type_class_unref (g_type_class_ref (TF_TYPE_FUTURE));
  done_id = g_signal_lookup ("done", TF_TYPE_FUTURE);
  hook = g_signal_add_emission_hook (done_id, 0, on_any_done_cb, NULL, NULL);
  start_workers (workers);
  world->mode = mode;
  world->owner = g_thread_self ();
  world->workers = workers;
  world->log = g_string_new (NULL);
  world->rand = g_rand_new ();
  world->seed = first_seed ();
  world->clock = tf_test_clock_new (1);
  tf_test_clock_install (world->clock);
  g_test_message ("TF_TEST_SEED=%u", world->seed);

  for (guint i = 0; i < n_graphs; i++)
    {
      run_one (world);
      world->seed++;
    }

  tf_test_clock_uninstall (world->clock);
  g_object_unref (world->clock);
  g_rand_free (world->rand);
  g_string_free (world->log, TRUE);
  stop_workers (workers);
  g_signal_remove_emission_hook (done_id, hook);
}
