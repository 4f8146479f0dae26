/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "graph-model.h"

GQuark
graph_error_quark (void)
{
  return g_quark_from_static_string ("graph-error");
}

static void G_GNUC_PRINTF (3, 4)
  complain (GraphModel *self,
            GraphNode  *node,
            const char *format,
            ...)
{
  g_autofree char *text = NULL;
  va_list          arguments;

  if (self->complaint != NULL)
    return;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  self->complaint = g_strdup_printf ("node %u %s", node->index, text);
}

gboolean
graph_outcome_equal (const GraphOutcome *a,
                     const GraphOutcome *b)
{
  return a->state == b->state && a->value == b->value && a->domain == b->domain &&
         a->code == b->code;
}

static gboolean
is_link (GraphNode *node)
{
  return node->kind >= GRAPH_THEN && node->kind <= GRAPH_TIMEOUT;
}

static gboolean
is_set (GraphNode *node)
{
  return node->kind >= GRAPH_ALL;
}

static const GraphOutcome plain_cancel = { .state = TF_FUTURE_STATE_CANCELLED };
static const GraphOutcome no_value = { .state = TF_FUTURE_STATE_COMPLETED };

/* --- Listeners --- */

static void
listen_to (GraphNode *node,
           guint      slot,
           GraphNode *other)
{
  GraphListener listener = { node, slot };

  g_array_append_val (other->listeners, listener);
}

static void
leave (GraphNode *node,
       guint      slot,
       GraphNode *other)
{
  for (guint i = 0; i < other->listeners->len; i++)
    {
      GraphListener *listener = &g_array_index (other->listeners, GraphListener, i);

      if (listener->node == node && listener->slot == slot)
        {
          g_array_remove_index (other->listeners, i);
          return;
        }
    }
}

static gboolean
is_only_listener (GraphNode *node,
                  guint      slot,
                  GraphNode *other)
{
  const GraphListener *first = (const GraphListener *) (void *) other->listeners->data;

  return !other->is_watched && other->listeners->len == 1 && first->node == node &&
         first->slot == slot;
}

/* --- Ends --- */

static void
decide (GraphNode          *node,
        const GraphOutcome *outcome)
{
  if (node->is_decided)
    return;

  node->is_decided = TRUE;
  node->outcome = *outcome;
}

static void
decide_error (GraphNode *node,
              GQuark     domain,
              int        code)
{
  const GraphOutcome outcome = { TF_FUTURE_STATE_FAILED, 0, domain, code };

  decide (node, &outcome);
}

/* A cancel that comes from above is not given back. */
static void
decide_as (GraphNode *node,
           GraphNode *other)
{
  if (node->is_decided)
    return;

  decide (node, &other->outcome);
  if (other->outcome.state != TF_FUTURE_STATE_CANCELLED)
    {
      if (other->outcome.state == TF_FUTURE_STATE_FAILED || other->outcome.value != 0)
        node->holder = other->holder != NULL ? other->holder : other;
      return;
    }

  if (node->is_looking)
    {
      node->looks_at = other;
      return;
    }

  node->is_asked = TRUE;
  node->is_spread = TRUE;
  if (node->reason.domain == 0)
    node->reason = other->reason;
}

/* Whoever comes before it has looked at what it was made of ends it; which is first is not seen. A "finally" waits for
 * that. */
static void
ask (GraphNode *node)
{
  node->is_asked = TRUE;
  if (node->kind != GRAPH_FINALLY && node->looks_at != NULL)
    node->has_looked_at = g_steal_pointer (&node->looks_at);
}

static void
decide_cancelled (GraphNode *node)
{
  decide (node, &plain_cancel);
  node->is_asked = TRUE;
  node->is_spread = TRUE;
}

/* --- Cancels --- */

static gboolean
is_refusing (GraphNode *node)
{
  return node->kind == GRAPH_SHIELD ||
         (node->kind == GRAPH_PROMISE && node->abortable == GRAPH_ABORTABLE_NO);
}

static gboolean
is_following (GraphNode *node)
{
  return node->kind == GRAPH_PROMISE && node->upstream != NULL;
}

/* It is about to end, and when that is decided is not seen. */
static gboolean
is_ending (GraphNode *node)
{
  return node->is_abandoned ||
         (node->kind == GRAPH_DELAY && node->model->now_us >= node->deadline_us);
}

static gboolean
may_abort (GraphNode *node)
{
  return !node->is_done && !node->is_aborted && !is_refusing (node) &&
         (node->kind != GRAPH_PROMISE || node->abortable == GRAPH_ABORTABLE_YES ||
          node->abortable == GRAPH_ABORTABLE_ALLOWS);
}

/* An outcome closes the future to a cancel and to an abort at once; that of a cancel still takes the reason of an
 * abort. */
static gboolean
is_abort_allowed (GraphNode *node)
{
  return may_abort (node) && (!node->is_decided || node->is_asked) && !is_ending (node);
}

/* A node that is decided, but perhaps has not found that out. */
static gboolean
is_abort_open (GraphNode *node)
{
  return may_abort (node) && ((node->is_decided && node->is_looking) || is_ending (node));
}

static gboolean
is_too_late (GraphNode *node)
{
  if (node->is_looking || is_ending (node))
    return node->model->is_settled (node);

  return node->is_decided;
}

/* Whoever is the only listener asks it to stop. */
static gboolean
stop (GraphNode          *node,
      guint               slot,
      GraphNode          *other,
      const GraphOutcome *reason)
{
  if (!is_only_listener (node, slot, other) || is_refusing (other))
    return FALSE;

  if (reason == NULL)
    {
      if (other->is_asked || is_too_late (other))
        return FALSE;

      node->may_have_ended = other->looks_at != NULL;
      ask (other);
      return TRUE;
    }

  /* One that was refused is not under way any more; who refuses may not tell. */
  if ((other->is_abort_due && other->model->is_abort_asked (other)) || other->reason.domain != 0)
    return FALSE;

  other->is_abort_due = TRUE;
  other->due_order = ++other->model->n_due;
  other->due_reason = *reason;
  return TRUE;
}

static void
leave_upstream (GraphNode *node)
{
  if (node->upstream != NULL)
    leave (node, 0, node->upstream);
  node->upstream = NULL;
}

static void
spread_link (GraphNode          *node,
             const GraphOutcome *reason)
{
  /* Nobody wants to go on any more. */
  if (node->kind != GRAPH_FINALLY || reason != NULL)
    node->due_done = NULL;

  if (node->upstream != NULL && stop (node, 0, node->upstream, reason))
    return;

  if (reason == NULL && node->kind == GRAPH_FINALLY &&
      (node->upstream != NULL || node->due_done != NULL))
    return;

  leave_upstream (node);
  if (reason == NULL)
    decide_cancelled (node);
}

static void
spread_promise (GraphNode          *node,
                const GraphOutcome *reason)
{
  if (node->upstream != NULL)
    {
      if (stop (node, 0, node->upstream, reason))
        return;

      leave_upstream (node);
      if (reason == NULL)
        decide_cancelled (node);
    }
  else if (reason == NULL && !node->has_cancellable)
    {
      decide_cancelled (node);
    }
}

static void
spread_set (GraphNode          *node,
            const GraphOutcome *reason)
{
  gboolean is_any_stopped = FALSE;

  node->is_set_cancelled = TRUE;
  for (guint i = 0; i < node->n_inputs; i++)
    {
      if (!node->is_listening[i])
        continue;

      if (stop (node, i, node->inputs[i], reason))
        {
          is_any_stopped = TRUE;
        }
      else
        {
          node->is_listening[i] = FALSE;
          leave (node, i, node->inputs[i]);
        }
    }

  if (!is_any_stopped && reason == NULL)
    decide_cancelled (node);
}

static void
spread (GraphNode          *node,
        const GraphOutcome *reason)
{
  if (node->is_spread && reason == NULL)
    return;

  node->is_spread = TRUE;
  if (node->kind == GRAPH_PROMISE)
    spread_promise (node, reason);
  else if (is_set (node))
    spread_set (node, reason);
  else
    spread_link (node, reason);
}

static void
take_abort (GraphNode *node)
{
  node->is_abort_due = FALSE;
  node->is_asked = TRUE;
  node->is_aborted = TRUE;
  node->reason = node->due_reason;
}

/* --- Going on --- */

static gboolean
is_needed (GraphNode *node,
           guint      slot)
{
  if (is_set (node))
    return node->is_listening[slot] && (node->kind == GRAPH_ALL || node->n_inputs == 1);

  return slot == 0 && node->upstream != NULL && node->kind != GRAPH_TIMEOUT;
}

gboolean
graph_model_is_circle (GraphNode *node,
                       GraphNode *other)
{
  guint n = is_set (other) ? other->n_inputs : 1;

  if (node == other)
    return TRUE;

  if (other->is_decided)
    return FALSE;

  for (guint i = 0; i < n; i++)
    {
      if (is_needed (other, i) &&
          graph_model_is_circle (node, is_set (other) ? other->inputs[i] : other->upstream))
        return TRUE;
    }

  return FALSE;
}

gboolean
graph_model_depends (GraphNode *node,
                     GraphNode *other)
{
  if (node == other)
    return TRUE;

  if (node->upstream != NULL && graph_model_depends (node->upstream, other))
    return TRUE;

  for (guint i = 0; is_set (node) && i < node->n_inputs; i++)
    {
      if (node->is_listening[i] && graph_model_depends (node->inputs[i], other))
        return TRUE;
    }

  return FALSE;
}

static void go_on (GraphNode *node,
                   GraphNode *done);

/* Waits for the reply of its function. */
static void
attach (GraphNode *node,
        GraphNode *inner)
{
  if (graph_model_is_circle (node, inner))
    {
      decide_error (node, TF_ERROR, TF_ERROR_DEADLOCK);
    }
  else if (inner->is_done)
    {
      node->is_looking = TRUE;
      go_on (node, inner);
    }
  else
    {
      node->upstream = inner;
      listen_to (node, 0, inner);
    }
}

static void
go_on (GraphNode *node,
       GraphNode *done)
{
  TfFutureState state = done->outcome.state;
  gboolean      is_wanted;

  if (node->kind == GRAPH_FINALLY && node->first != NULL)
    {
      decide_as (node, state == TF_FUTURE_STATE_COMPLETED ? node->first : done);
      return;
    }

  is_wanted = (node->kind == GRAPH_FINALLY && !node->is_aborted) ||
              (!node->is_asked &&
               ((node->kind == GRAPH_THEN && state == TF_FUTURE_STATE_COMPLETED) ||
                (node->kind == GRAPH_CATCH && state == TF_FUTURE_STATE_FAILED)));

  if (is_wanted && !node->has_called)
    node->due_done = done;
  else
    decide_as (node, done);
}

static gboolean
is_pending (GraphNode *set)
{
  for (guint i = 0; i < set->n_inputs; i++)
    {
      if (set->is_listening[i])
        return TRUE;
    }

  return FALSE;
}

static void
win (GraphNode *set,
     guint      slot)
{
  set->winner = (int) slot;
  decide_as (set, set->inputs[slot]);
}

static void
count_for_all (GraphNode *set,
               guint      slot,
               gboolean   is_good)
{
  if (!is_good && set->winner < 0)
    set->winner = (int) slot;

  if (set->winner >= 0 &&
      (set->n_done == set->n_inputs || !(set->flags & TF_FUTURE_SET_FLAGS_WAIT_FOR_ALL)))
    win (set, (guint) set->winner);
  else if (set->n_done == set->n_inputs)
    decide (set, &no_value);
}

static void
count_for_first (GraphNode *set,
                 guint      slot,
                 gboolean   is_good)
{
  gboolean is_candidate = is_good || set->kind == GRAPH_RACE;
  gboolean is_last_good;

  if (is_candidate && set->has_filter)
    set->due_filtered |= 1u << slot;

  if (is_candidate && !(set->has_filter && (set->skipped & (1u << slot))))
    {
      win (set, slot);
      return;
    }

  is_last_good = set->last >= 0 &&
                 set->inputs[set->last]->outcome.state == TF_FUTURE_STATE_COMPLETED;
  if (is_candidate || !is_last_good)
    set->last = (int) slot;

  if (set->n_done == set->n_inputs)
    win (set, (guint) set->last);
}

static void
count (GraphNode *set,
       guint      slot)
{
  gboolean is_good = set->inputs[slot]->outcome.state == TF_FUTURE_STATE_COMPLETED;

  set->n_done++;
  if (set->is_decided)
    return;

  if (set->is_set_cancelled)
    {
      if (!is_pending (set))
        decide_cancelled (set);
    }
  else if (set->kind == GRAPH_ALL)
    {
      count_for_all (set, slot, is_good);
    }
  else
    {
      count_for_first (set, slot, is_good);
    }
}

static void
tell (GraphListener *listener,
      GraphNode     *done)
{
  GraphNode *node = listener->node;

  if (is_set (node))
    {
      node->is_listening[listener->slot] = FALSE;
      count (node, listener->slot);
      return;
    }

  node->upstream = NULL;
  if (node->kind == GRAPH_PROMISE)
    decide_as (node, done);
  else
    go_on (node, done);
}

/* --- The model --- */

void
graph_model_init (GraphModel *self)
{
  *self = (GraphModel){ 0 };
  self->nodes = g_ptr_array_new ();
}

void
graph_model_clear (GraphModel *self)
{
  g_ptr_array_unref (self->nodes);
  g_free (self->complaint);
}

void
graph_node_clear (GraphNode *node)
{
  g_array_unref (node->listeners);
}

static void
add_set (GraphNode *set)
{
  for (guint i = 0; i < set->n_inputs; i++)
    {
      set->is_listening[i] = !set->inputs[i]->is_done;
      if (set->is_listening[i])
        listen_to (set, i, set->inputs[i]);
    }

  for (guint i = 0; i < set->n_inputs; i++)
    {
      if (set->inputs[i]->is_done)
        count (set, i);
    }

  set->is_looking = set->is_decided || set->n_inputs == 0;
  if (set->n_inputs == 0 && set->kind == GRAPH_ALL)
    decide (set, &no_value);
  else if (set->n_inputs == 0)
    decide_error (set, TF_ERROR, TF_ERROR_EMPTY);
}

void
graph_model_add (GraphModel *self,
                 GraphNode  *node)
{
  node->listeners = g_array_new (FALSE, FALSE, sizeof (GraphListener));
  node->model = self;
  node->is_held = TRUE;
  node->winner = -1;
  node->last = -1;
  g_ptr_array_add (self->nodes, node);

  if (is_set (node))
    {
      add_set (node);
    }
  else if (is_link (node))
    {
      if (node->inputs[0]->is_done)
        {
          node->is_looking = TRUE;
          go_on (node, node->inputs[0]);
        }
      else
        {
          node->upstream = node->inputs[0];
          listen_to (node, 0, node->upstream);
        }
    }
}

gboolean
graph_model_complete (GraphModel         *self,
                      GraphNode          *node,
                      const GraphOutcome *outcome)
{
  if (node->is_decided || is_following (node) || node->is_aborted || node->is_done)
    return FALSE;

  decide (node, outcome);
  return !node->is_asked;
}

gboolean
graph_model_follow (GraphModel *self,
                    GraphNode  *node,
                    GraphNode  *other)
{
  const GraphOutcome deadlock = { TF_FUTURE_STATE_FAILED, 0, TF_ERROR, TF_ERROR_DEADLOCK };

  if (graph_model_is_circle (node, other))
    return graph_model_complete (self, node, &deadlock);

  if (node->is_decided || is_following (node) || node->is_aborted || node->is_done)
    return FALSE;

  if (other->is_done)
    {
      decide_as (node, other);
    }
  else
    {
      node->upstream = other;
      listen_to (node, 0, other);
    }
  return TRUE;
}

gboolean
graph_model_cancel (GraphModel *self,
                    GraphNode  *node)
{
  if (node->is_done || node->is_asked || is_refusing (node) || is_too_late (node))
    return FALSE;

  ask (node);
  return TRUE;
}

int
graph_model_abort (GraphModel         *self,
                   GraphNode          *node,
                   const GraphOutcome *reason)
{
  gboolean is_allowed = is_abort_allowed (node);
  gboolean is_open = is_abort_open (node);

  if (!is_allowed && !is_open)
    return FALSE;

  node->is_abort_due = TRUE;
  node->due_reason = *reason;
  if (is_allowed && !is_open && node->is_told)
    {
      take_abort (node);
      spread (node, &node->reason);
    }

  return is_open ? -1 : TRUE;
}

/* Something has let go of nodes. Those who listen are told of promises that nobody can complete, even if somebody holds
 * them by then. */
static void
look_for_abandoned (GraphModel *self)
{
  for (guint i = 0; i < self->nodes->len; i++)
    {
      GraphNode *node = self->nodes->pdata[i];

      if (node->kind == GRAPH_PROMISE && !node->is_held && !node->is_done && !node->is_gone &&
          !node->is_abandoned && !node->is_decided && !is_following (node))
        node->is_abandoned = !graph_model_is_held (self, node);
    }
}

void
graph_model_saw_abort (GraphModel         *self,
                       GraphNode          *node,
                       const GraphOutcome *reason,
                       gboolean            is_taken)
{
  if (!is_taken || node->is_aborted)
    return;

  node->due_reason = *reason;
  take_abort (node);
  spread (node, &node->reason);
}

void
graph_model_drop (GraphModel *self,
                  GraphNode  *node)
{
  node->is_held = FALSE;
  look_for_abandoned (self);
}

static void
saw_abort (GraphModel *self,
           GraphNode  *node)
{
  if (!is_abort_allowed (node) && !is_abort_open (node))
    complain (self, node, "was given up, but should not be");
  take_abort (node);
}

void
graph_model_saw_cancelling (GraphModel *self,
                            GraphNode  *node)
{
  if (node->is_told || node->is_done)
    complain (self, node, "is CANCELLING once more");
  node->is_told = TRUE;

  if (node->is_abort_due && self->is_given_up (node))
    saw_abort (self, node);
  else if (node->looks_at != NULL)
    node->is_spread = node->is_spread || !node->is_asked, node->is_asked = TRUE;
  else if (!node->is_asked)
    complain (self, node, "is CANCELLING, and nobody asked for it");

  spread (node, node->is_aborted ? &node->reason : NULL);
}

static void
end (GraphNode *node)
{
  node->due_done = NULL;
  node->first = NULL;
  leave_upstream (node);
  for (guint i = 0; is_set (node) && i < node->n_inputs; i++)
    {
      if (!node->is_listening[i])
        continue;

      if (node->flags & TF_FUTURE_SET_FLAGS_CANCEL_REST)
        stop (node, i, node->inputs[i], NULL);
      node->is_listening[i] = FALSE;
      leave (node, i, node->inputs[i]);
    }
}

/* What ends it that nobody has said. */
static void
decide_at_last (GraphModel *self,
                GraphNode  *node)
{
  if (node->is_abandoned)
    decide_error (node, TF_ERROR, TF_ERROR_ABANDONED);
  else if (node->kind == GRAPH_DELAY && self->now_us >= node->deadline_us)
    decide (node, &no_value);
  else
    complain (self, node, "is done, and nothing has ended it");
}

static void
check_outcome (GraphModel         *self,
               GraphNode          *node,
               const GraphOutcome *seen)
{
  GraphOutcome expected = node->outcome;

  if (node->is_asked)
    {
      expected = node->reason;
      expected.value = 0;
      expected.state = TF_FUTURE_STATE_CANCELLED;
      if (expected.domain == 0)
        {
          expected.domain = G_IO_ERROR;
          expected.code = G_IO_ERROR_CANCELLED;
        }
    }

  if (!graph_outcome_equal (&expected, seen))
    complain (self, node,
              "ended in state %d with %" G_GINT64_FORMAT " or %s %d, not in state %d with"
              " %" G_GINT64_FORMAT " or %s %d",
              seen->state, seen->value, g_quark_to_string (seen->domain), seen->code,
              expected.state, expected.value, g_quark_to_string (expected.domain), expected.code);
  node->outcome = expected;
}

static gboolean
is_abort_hidden (GraphNode *node)
{
  return node->is_abort_due && node->is_told && !node->is_done;
}

void
graph_model_saw_given_up (GraphModel *self)
{
  GraphNode *first;

  do
    {
      first = NULL;
      for (guint i = 0; i < self->nodes->len; i++)
        {
          GraphNode *node = self->nodes->pdata[i];

          if (is_abort_hidden (node) && self->is_given_up (node) &&
              (first == NULL || node->due_order < first->due_order))
            first = node;
        }

      if (first != NULL)
        {
          saw_abort (self, first);
          spread (first, &first->reason);
        }
    }
  while (first != NULL);
}

void
graph_model_saw_done (GraphModel         *self,
                      GraphNode          *node,
                      const GraphOutcome *outcome,
                      int                 winner)
{
  if (node->is_done)
    complain (self, node, "is done once more");

  /* It may have been decided before that came. */
  if (node->is_abort_due && graph_outcome_equal (outcome, &node->due_reason))
    {
      take_abort (node);
      spread (node, &node->reason);
    }

  if (node->looks_at != NULL && node->reason.domain == 0)
    node->reason = node->looks_at->reason;
  if (node->may_have_ended && outcome->domain == G_IO_ERROR &&
      outcome->code == G_IO_ERROR_CANCELLED)
    {
      node->reason.domain = 0;
      decide_cancelled (node);
    }
  if (node->has_looked_at != NULL && graph_outcome_equal (outcome, &node->has_looked_at->outcome))
    node->reason = node->has_looked_at->reason;
  if (!node->is_decided && !node->is_aborted)
    decide_at_last (self, node);
  check_outcome (self, node, outcome);
  if (node->is_asked && !node->is_told)
    complain (self, node, "is CANCELLED, and was not CANCELLING before");
  if (!node->is_asked && node->is_told)
    complain (self, node, "was CANCELLING, and is not CANCELLED");
  if (is_set (node) && !node->is_asked && node->winner != winner)
    complain (self, node, "has the winner %d, not %d", winner, node->winner);

  end (node);
  node->is_done = TRUE;
  while (node->listeners->len > 0)
    {
      GraphListener listener = g_array_index (node->listeners, GraphListener, 0);

      g_array_remove_index (node->listeners, 0);
      tell (&listener, node);
    }
  look_for_abandoned (self);
}

/* The function does not reply what may never end, though it might: nobody would free that. */
static gboolean
can_reply_node (GraphNode *node)
{
  GraphNode *reply = node->reply_node;

  return reply != NULL && (node->is_reply_held || reply->is_held) &&
         (graph_model_is_circle (node, reply) || !graph_model_depends (reply, node));
}

gboolean
graph_model_saw_call (GraphModel *self,
                      GraphNode  *node,
                      GraphNode  *done)
{
  const GraphOutcome value = { TF_FUTURE_STATE_COMPLETED, node->number, 0, 0 };

  if (node->due_done != done || node->has_called)
    complain (self, node, "has called its function, with node %u", done->index);

  node->due_done = NULL;
  node->has_called = TRUE;
  if (node->kind == GRAPH_FINALLY)
    node->first = done;

  switch (node->reply)
    {
    case GRAPH_REPLY_ERROR:
      node->is_looking = TRUE;
      decide_error (node, GRAPH_ERROR, (int) node->number);
      return TRUE;
    case GRAPH_REPLY_ITSELF:
      if (!node->is_held)
        break;
      decide_error (node, TF_ERROR, TF_ERROR_DEADLOCK);
      return TRUE;
    case GRAPH_REPLY_NODE:
      if (!can_reply_node (node))
        break;
      attach (node, node->reply_node);
      return TRUE;
    case GRAPH_REPLY_VALUE:
      node->is_looking = TRUE;
      if (node->kind == GRAPH_FINALLY)
        decide_as (node, done);
      else
        decide (node, &value);
      return TRUE;
    case GRAPH_REPLY_NULL:
    case GRAPH_N_REPLIES:
    default:
      break;
    }

  if (node->kind == GRAPH_FINALLY)
    decide_as (node, done);
  else
    decide (node, &no_value);
  return FALSE;
}

void
graph_model_saw_filter (GraphModel *self,
                        GraphNode  *node,
                        guint       index)
{
  if (!(node->due_filtered & (1u << index)))
    complain (self, node, "has asked its filter about member %u", index);
  node->due_filtered &= ~(1u << index);
}

void
graph_model_saw_timeout (GraphModel *self,
                         GraphNode  *node)
{
  const GraphOutcome reason = { TF_FUTURE_STATE_CANCELLED, 0, G_IO_ERROR, G_IO_ERROR_TIMED_OUT };
  GraphNode         *upstream = node->upstream;

  if (upstream == NULL || node->is_done || self->now_us < node->deadline_us)
    {
      complain (self, node, "has timed out without reason");
      return;
    }

  if ((upstream->is_decided && !upstream->is_looking) || upstream->is_aborted)
    complain (self, node, "has timed out, but what it waits for has just ended");

  decide_error (node, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  if (node->action == TF_TIMEOUT_ACTION_CANCEL)
    graph_model_cancel (self, upstream);
  else if (node->action == TF_TIMEOUT_ACTION_ABORT)
    graph_model_abort (self, upstream, &reason);
}

/* Whether it is in a place of a set that does not wait for it: one that was pending is not held there, but seen. */
static gboolean
is_in_place (GraphModel *self,
             GraphNode  *node)
{
  for (guint i = 0; i < self->nodes->len; i++)
    {
      GraphNode *other = self->nodes->pdata[i];

      for (guint j = 0; is_set (other) && !other->is_gone && j < other->n_inputs; j++)
        {
          if (other->inputs[j] == node && !other->is_listening[j] &&
              (!other->is_done || graph_model_is_held (self, other)))
            return TRUE;
        }
    }

  return FALSE;
}

/* Whether there is a reference on it that does not come from those which it waits for. */
gboolean
graph_model_is_held (GraphModel *self,
                     GraphNode  *node)
{
  if (node->is_held)
    return TRUE;

  for (guint i = 0; i < self->nodes->len; i++)
    {
      GraphNode *other = self->nodes->pdata[i];

      if (other->is_gone)
        continue;

      /* The function of the user's, and what a "finally" will end as. */
      if (!other->is_done &&
          ((other->is_reply_held && other->reply_node == node) || other->first == node))
        return TRUE;

      if (other->holder == node && (!other->is_done || graph_model_is_held (self, other)))
        return TRUE;
    }

  return node->is_done && is_in_place (self, node);
}

static void
check_quiet (GraphModel *self,
             GraphNode  *node)
{
  if (node->due_done != NULL)
    complain (self, node, "has not called its function");
  if (node->due_filtered != 0)
    complain (self, node, "has not asked its filter");
  if (node->is_done)
    return;

  if (node->is_aborted || (node->is_abort_due && is_abort_allowed (node)))
    complain (self, node, "was given up, and is not done");
  node->is_abort_due = FALSE;
  node->is_looking = FALSE;
  if (node->is_decided)
    complain (self, node, "is not done, but should be");
  if (node->is_asked && !node->is_told)
    complain (self, node, "is not CANCELLING, but should be");
  if (self->now_us >= node->deadline_us &&
      (node->kind == GRAPH_DELAY || (node->kind == GRAPH_TIMEOUT && node->upstream != NULL)))
    complain (self, node, "is late");

  if (!node->is_abandoned || is_following (node) || graph_model_is_held (self, node))
    return;

  if (node->listeners->len > 0 || node->is_watched || is_in_place (self, node))
    complain (self, node, "was not abandoned");
  node->is_gone = TRUE;
}

void
graph_model_saw_quiet (GraphModel *self)
{
  for (guint i = 0; i < self->nodes->len; i++)
    {
      GraphNode *node = self->nodes->pdata[i];

      if (!node->is_gone)
        check_quiet (self, node);
    }
}

TfFutureState
graph_model_get_state (GraphNode *node)
{
  if (node->is_done)
    return node->outcome.state;

  return node->is_told ? TF_FUTURE_STATE_CANCELLING : TF_FUTURE_STATE_EXECUTING;
}
