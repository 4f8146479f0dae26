/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <tf/tf-error.h>
#include <tf/tf-executor-compose.h>

#include "executor/tf-executor-private.h"
#include "future/tf-completion-private.h"

/* One task for each of many items, some at a time. The members of the set are there from the beginning; each ends
 * as its task does, and then the next task is made. So there are never more tasks than may be submitted, and each
 * step is taken in the turn of the dispatcher that tells the end of one, with the same stack for any number. */

#define TF_TYPE_MAP_MEMBER (tf__map_member_get_type ())
G_DECLARE_FINAL_TYPE (TfMapMember, tf__map_member, TF, MAP_MEMBER, TfFuture)

/* Held by those members that have a task, and by each function that works on it. All in the foreground. */
typedef struct
{
  guint          ref_count;
  TfEngine      *engine;            /* (owned) */
  gpointer       place;             /* where it was made */
  TfFutureSet   *set;               /* (owned) (nullable) while there are members without a task */
  TfMapMember  **members;           /* (owned) (nullable) the array; and those from @next on */
  gpointer      *items;             /* (owned) (nullable) the same */
  TfMapFunc      make_task;         /* (nullable) */
  TfMapItemFunc  make_task_of_item; /* (nullable) */
  gpointer       user_data;
  GDestroyNotify user_data_free; /* (nullable) */
  guint          n_members;
  guint          next;  /* the first that has not had its turn */
  guint          limit; /* how many tasks at a time */
  guint          n_tasks;
  guint          n_calls;        /* of the function of the user's, one inside the other */
  gboolean       is_error_final; /* nothing is begun any more after an error */
} Map;

struct _TfMapMember
{
  TfFuture parent_instance;

  TfCompletion   completion;
  TfContinuation continuation; /* [foreground] of the task */
  TfFuture      *task;         /* (nullable) [foreground] without reference: it tells when it ends */
  gboolean       is_beginning; /* [foreground] its task is being made */
  Map           *map;          /* (nullable) [foreground] (owned) while there is a task; until then without reference */
};

G_DEFINE_FINAL_TYPE (TfMapMember, tf__map_member, TF_TYPE_FUTURE)

static void go_on (Map *self) TF_FOREGROUND;
static void stop_if_over (Map *self) TF_FOREGROUND;

TF_FOREGROUND
static Map *
map_ref (Map *self)
{
  self->ref_count++;
  return self;
}

TF_FOREGROUND
static void
map_unref (Map *self)
{
  if (--self->ref_count > 0)
    return;

  tf__engine_unref (self->engine);
  g_free (self->members);
  g_free (self->items);
  g_free (self);
}

/* A member */

static TfMapMember *
from_work (TfWork *work)
{
  return (TfMapMember *) work->future;
}

static const char *
get_name (TfWork *work)
{
  return "map";
}

static void
cancelled (TfWork       *work,
           const GError *reason)
{
  TfMapMember *self = from_work (work);

  tf__enter_foreground ();

  if (self->task == NULL ||
      !tf__completion_stop_other (&self->completion, self->task, &self->continuation, reason))
    {
      /* An abort ends it in any case. */
      if (reason == NULL)
        tf__completion_end_cancelled (&self->completion);
    }

  /* Perhaps with the whole set. */
  if (self->map != NULL)
    stop_if_over (self->map);
}

static TfFuture *
get_need (TfWork *work,
          guint   index)
{
  return index == 0 && !tf__completion_is_settled ((TfCompletion *) work) ? from_work (work)->task
                                                                          : NULL;
}

static gboolean
is_calling (TfCompletion *completion)
{
  return ((TfMapMember *) completion->work.future)->is_beginning;
}

static const TfCompletionClass completion_class = {
  .work = { TF_COMPLETION_WORK, .get_name = get_name, .cancelled = cancelled,
            .get_need = get_need },
  .is_calling = is_calling,
};

/* Results that need no care are copied, so that the record of the task can go. */
TF_FOREGROUND
static void
end_as_task (TfMapMember *self,
             TfFuture    *task)
{
  const TfOutcome *outcome = tf__future_get_private (task)->outcome;
  gboolean         is_none = outcome == NULL || (G_VALUE_TYPE (&outcome->value) == G_TYPE_INVALID &&
                                         tf__outcome_get_failure (outcome) == NULL);

  if (tf_future_get_state (task) != TF_FUTURE_STATE_COMPLETED ||
      (!is_none && !tf__value_is_plain (G_VALUE_TYPE (&outcome->value))))
    {
      tf__completion_end_as (&self->completion, task);
      return;
    }

  if (!tf__completion_settle (&self->completion))
    return;

  if (!is_none)
    self->completion.work.outcome = *outcome;
  tf__completion_finish_here (&self->completion);
}

/* The task counts until it is done, also if the member ended earlier. */
static void
on_task_done (TfContinuation *continuation,
              TfFuture       *task)
{
  TfMapMember *self =
    (TfMapMember *) ((char *) continuation - G_STRUCT_OFFSET (TfMapMember, continuation));
  Map *map = g_steal_pointer (&self->map);

  tf__enter_foreground ();

  self->task = NULL;
  end_as_task (self, task);
  map->n_tasks--;
  if (tf_future_get_state (task) != TF_FUTURE_STATE_COMPLETED && map->is_error_final)
    map->limit = 0;
  go_on (map);
  map_unref (map);
  g_object_unref (self);
}

static TfFuture *
get_target (TfContinuation *continuation)
{
  return (TfFuture *) ((char *) continuation - G_STRUCT_OFFSET (TfMapMember, continuation));
}

static void
on_task_progress (TfContinuation *continuation,
                  TfFuture       *task,
                  double          old)
{
  TfMapMember *self =
    (TfMapMember *) ((char *) continuation - G_STRUCT_OFFSET (TfMapMember, continuation));

  tf__enter_foreground ();
  tf__future_pass_progress_of (TF_FUTURE (self), task);
}

static const TfContinuationClass continuation_class = {
  .run = on_task_done,
  .progressed = on_task_progress,
  .get_target = get_target,
};

static void
tf__map_member_init (TfMapMember *self)
{
  self->continuation.klass = &continuation_class;
}

static void
tf__map_member_class_init (TfMapMemberClass *klass)
{
}

/* Whether there is any sense in working for it. */
TF_FOREGROUND
static gboolean
is_wanted (TfMapMember *self)
{
  return tf__pipe_is_wanted (&self->completion.work.pipe) &&
         !tf__completion_is_abort_asked (&self->completion);
}

/* All of them */

/* The next member, with the reference of the map. */
TF_FOREGROUND
static TfMapMember *
take_member (Map      *self,
             gpointer *item)
{
  guint        index = self->next++;
  TfMapMember *member = g_steal_pointer (&self->members[index]);

  *item = self->items == NULL ? NULL : g_steal_pointer (&self->items[index]);
  member->map = NULL;
  return member;
}

/* When every member has had its turn: nothing more is made. */
TF_FOREGROUND
static void
finish_if_over (Map *self)
{
  GDestroyNotify user_data_free = self->user_data_free;

  if (self->next < self->n_members || self->n_calls > 0)
    return;

  g_clear_object (&self->set);
  self->user_data_free = NULL;
  if (user_data_free != NULL)
    user_data_free (self->user_data);
}

/* Those that have no task end as cancelled; and by the set, if they were not before. */
TF_FOREGROUND
static void
stop (Map *self)
{
  TfFuture *set = g_object_ref (TF_FUTURE (self->set));

  while (self->next < self->n_members)
    {
      gpointer     item;
      TfMapMember *member = take_member (self, &item);

      tf__future_set_cancel_origin (TF_FUTURE (member), set);
      tf__completion_end_cancelled (&member->completion);
      g_object_unref (member);
      g_clear_object (&item);
    }

  g_object_unref (set);
}

/* Cancelled or given up itself, and not ended as one of its members. */
TF_FOREGROUND
static gboolean
is_set_cancelled (TfFutureSet *set)
{
  TfCompletion *completion = tf__completion_of (TF_FUTURE (set));

  return tf__pipe_is_cancelled (&completion->work.pipe) &&
         (!tf__completion_is_settled (completion) || tf_future_set_get_winner (set) < 0);
}

static void
stop_if_over (Map *self)
{
  if (self->set == NULL)
    return;

  if (self->limit == 0 || is_set_cancelled (self->set) ||
      (self->is_error_final &&
       tf__completion_is_settled (tf__completion_of (TF_FUTURE (self->set)))))
    stop (self);
}

TF_FOREGROUND
static TfTask *
make_next (Map         *self,
           TfMapMember *member,
           guint        index,
           gpointer     item)
{
  TfTask *task;

  self->n_calls++;
  member->is_beginning = TRUE;
  tf__future_begin_calling ();
  task = self->make_task != NULL ? self->make_task (index, self->user_data)
                                 : self->make_task_of_item (item, index, self->user_data);
  tf__future_end_calling ();
  member->is_beginning = FALSE;
  self->n_calls--;
  return task;
}

/* With the task, if there is one: FALSE if it did not come to that. */
TF_FOREGROUND
static gboolean
submit (Map         *self,
        TfMapMember *member,
        TfTask      *task,
        GError     **error)
{
  TfFuture *future;

  if (task == NULL)
    {
      g_set_error_literal (error, TF_ERROR, TF_ERROR_NO_RESULT,
                           "The function made no task for the item");
      return FALSE;
    }

  member->map = map_ref (self);
  g_object_ref (member);
  future = tf__engine_submit_here (self->engine, task, &member->continuation, self->place, error);
  if (future == NULL)
    {
      member->map = NULL;
      map_unref (self);
      g_object_unref (member);
      return FALSE;
    }

  /* A handler of the user's that was called meanwhile may have run the loop. */
  if (!tf_future_is_done (future))
    member->task = future;
  g_object_unref (future);
  return TRUE;
}

/* Whatever the function does: it may cancel, run the loop, or stop the executor. */
TF_FOREGROUND
static void
begin_next (Map *self)
{
  guint                   index = self->next;
  gpointer                item;
  g_autoptr (TfMapMember) member = take_member (self, &item);
  GError                 *error = NULL;
  TfTask                 *task = NULL;

  self->n_tasks++;
  if (is_wanted (member) && tf__engine_get_state (self->engine) == TF_EXECUTOR_STATE_RUNNING)
    task = make_next (self, member, index, item);
  g_clear_object (&item);

  if (!is_wanted (member))
    {
      g_clear_pointer (&task, tf_task_unref);
      self->n_tasks--;
      return;
    }

  if (tf__engine_get_state (self->engine) != TF_EXECUTOR_STATE_RUNNING)
    {
      g_clear_pointer (&task, tf_task_unref);
      error = g_error_new_literal (TF_ERROR, TF_ERROR_NOT_RUNNING,
                                   "The task was not made: the executor has been stopped");
    }
  else if (submit (self, member, task, &error))
    {
      return;
    }

  self->n_tasks--;
  tf__completion_end_with_error (&member->completion, error);
  if (self->is_error_final)
    self->limit = 0;
}

static void
go_on (Map *self)
{
  while (self->next < self->n_members)
    {
      stop_if_over (self);
      if (self->n_tasks >= self->limit || self->next == self->n_members)
        break;

      begin_next (self);
    }

  finish_if_over (self);
}

/* Making it */

TF_FOREGROUND
static TfMapMember *
new_member (Map *map)
{
  TfMapMember *self = g_object_new (TF_TYPE_MAP_MEMBER, NULL);

  tf__completion_init (&self->completion, &completion_class, TF_FUTURE (self),
                       map->engine->dispatcher.context, map->place);
  self->map = map;
  return self;
}

TF_FOREGROUND
static Map *
new_map (TfExecutor      *executor,
         guint            n_members,
         guint            limit,
         TfFutureSetFlags flags,
         gpointer         place)
{
  Map *self = g_new0 (Map, 1);

  self->ref_count = 1;
  self->engine = tf__engine_ref (tf__executor_get_engine (executor));
  self->place = place;
  self->n_members = n_members;
  self->limit = limit == 0 ? G_MAXUINT : limit;
  self->is_error_final = (flags & TF_FUTURE_SET_FLAGS_CANCEL_REST) != 0 &&
                         (flags & TF_FUTURE_SET_FLAGS_WAIT_FOR_ALL) == 0;
  self->members = g_new0 (TfMapMember *, n_members);
  for (guint i = 0; i < n_members; i++)
    self->members[i] = new_member (self);

  self->set = tf_future_all ((TfFuture *const *) self->members, n_members, flags);
  tf__completion_of (TF_FUTURE (self->set))->work.place = place;
  return self;
}

/* Takes the map. */
TF_FOREGROUND
static TfFutureSet *
begin (Map *self)
{
  TfFutureSet *set = g_object_ref (self->set);

  go_on (self);
  map_unref (self);
  return set;
}

/**
 * tf_executor_map:
 * @self: an executor
 * @n_items: how many items there are
 * @limit: how many tasks may be submitted and not done at a time; 0 for any number
 * @flags: as for [func@Future.all]
 * @make_task: (scope notified) (closure user_data) (destroy user_data_free): makes the task for an item
 * @user_data: data for @make_task
 * @user_data_free: (nullable): frees @user_data, in the owner context, when all tasks have been made
 *
 * Submits a task for each of many items, and makes the set of their futures.
 *
 * The set is one of [func@Future.all]: its members are in the order of the items, whatever the order in which they
 * end, and each ends as its task does. The first tasks are made in the call, and each further one when another one
 * has ended; so with a limit there are never more tasks than that, however many items there are.
 *
 * A member that is cancelled before its turn has no task. When the set is cancelled, the tasks that run are, as the
 * members of any set; and no further ones are made. The same holds after the first task that does not complete,
 * with `TF_FUTURE_SET_FLAGS_CANCEL_REST` and without `TF_FUTURE_SET_FLAGS_WAIT_FOR_ALL`; otherwise the rest goes on,
 * though the set may have ended.
 *
 * A member whose task is refused fails with the error of [method@Executor.submit], as do all that have had no turn when
 * the executor is stopped; and with `TF_ERROR_NO_RESULT` if @make_task returns `NULL`. The executor is not held by
 * the set.
 *
 * ## Threads
 *
 * Call in the owner context, where @make_task is called too.
 *
 * Returns: (transfer full): the set
 *
 * Since: 1.0
 */
TfFutureSet *
tf_executor_map (TfExecutor      *self,
                 guint            n_items,
                 guint            limit,
                 TfFutureSetFlags flags,
                 TfMapFunc        make_task,
                 gpointer         user_data,
                 GDestroyNotify   user_data_free)
{
  Map *map;

  g_return_val_if_fail (TF_IS_EXECUTOR (self), NULL);
  g_return_val_if_fail (n_items <= G_MAXINT, NULL);
  g_return_val_if_fail (make_task != NULL, NULL);
  if (!tf__executor_check_owner (self, G_STRFUNC))
    return NULL;

  tf__enter_foreground ();

  map = new_map (self, n_items, limit, flags, __builtin_return_address (0));
  map->make_task = make_task;
  map->user_data = user_data;
  map->user_data_free = user_data_free;
  return begin (map);
}

/**
 * tf_executor_map_model:
 * @self: an executor
 * @items: the items
 * @limit: how many tasks may be submitted and not done at a time; 0 for any number
 * @flags: as for [func@Future.all]
 * @make_task: (scope notified) (closure user_data) (destroy user_data_free): makes the task for an item
 * @user_data: data for @make_task
 * @user_data_free: (nullable): frees @user_data, in the owner context, when all tasks have been made
 *
 * Submits a task for each item of a list, and makes the set of their futures.
 *
 * The items are those that are in the list now: later changes have no effect. For all else see [method@Executor.map].
 *
 * ## Threads
 *
 * Call in the owner context, where @make_task is called too.
 *
 * Returns: (transfer full): the set
 *
 * Since: 1.0
 */
TfFutureSet *
tf_executor_map_model (TfExecutor      *self,
                       GListModel      *items,
                       guint            limit,
                       TfFutureSetFlags flags,
                       TfMapItemFunc    make_task,
                       gpointer         user_data,
                       GDestroyNotify   user_data_free)
{
  Map  *map;
  guint n_items;

  g_return_val_if_fail (TF_IS_EXECUTOR (self), NULL);
  g_return_val_if_fail (G_IS_LIST_MODEL (items), NULL);
  g_return_val_if_fail (g_list_model_get_n_items (items) <= G_MAXINT, NULL);
  g_return_val_if_fail (make_task != NULL, NULL);
  if (!tf__executor_check_owner (self, G_STRFUNC))
    return NULL;

  tf__enter_foreground ();

  n_items = g_list_model_get_n_items (items);
  map = new_map (self, n_items, limit, flags, __builtin_return_address (0));
  map->items = g_new0 (gpointer, n_items);
  for (guint i = 0; i < n_items; i++)
    map->items[i] = g_list_model_get_item (items, i);
  map->make_task_of_item = make_task;
  map->user_data = user_data;
  map->user_data_free = user_data_free;
  return begin (map);
}
