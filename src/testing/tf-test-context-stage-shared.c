/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "testing/tf-test-context-stage-private.h"

typedef enum
{
  STATE_PENDING, /* was pushed */
  STATE_STOPPED, /* at a checkpoint */
  STATE_RUNNING,
  STATE_ENDED,
} State;

/* All fields of the three are guarded by the mutex of the stage, except what is [const]. */
typedef struct
{
  TfTestCrew  *crew;      /* [const] not owned: the pool has it until the end */
  GObject     *pool;      /* [const] (owned) until the end */
  TfPoolFunc   func;      /* [const] */
  gpointer     user_data; /* [const] */
  TfTestStage *stage;     /* [const] not owned: the thread holds it */
  GThread     *thread;    /* (owned) (nullable) */
  const char  *place;     /* (nullable) interned */
  State        state;
  gboolean     is_released;
} Worker;

struct _TfTestStage
{
  gint       ref_count; /* [atomic] */
  GMutex     mutex;
  GCond      changed; /* a worker came to a checkpoint or its end, or may go on */
  GPtrArray *workers; /* (owned) of Worker (owned), in the order of the pushes */
  GQueue     ended;   /* of GThread (owned): those to be joined */
  Worker    *running; /* (nullable) who has the baton; NULL: the test */
  gboolean   is_released;
};

struct _TfTestCrew
{
  gint         ref_count;   /* [atomic] */
  TfTestStage *stage;       /* [const] (owned) */
  guint        max_workers; /* [const] */
  guint        n_begun;     /* that have not ended */
  guint        n_left;      /* that have not ended, begun or not */
  GPtrArray   *waiters;     /* (owned) of TfCancelFlag (owned): set when nothing is left */
  gboolean     is_released;
};

/* The worker that this thread is. */
static _Thread_local Worker *current;

/* The stage */

TfTestStage *
tf__test_stage_new (void)
{
  TfTestStage *self = g_new0 (TfTestStage, 1);

  self->ref_count = 1;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->changed);
  self->workers = g_ptr_array_new_with_free_func (g_free);
  g_queue_init (&self->ended);
  return self;
}

TfTestStage *
tf__test_stage_ref (TfTestStage *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

/* Waits for the threads whose work is over: they are about to go. */
static void
join_ended (TfTestStage *self)
{
  GThread *thread;

  do
    {
      g_mutex_lock (&self->mutex);
      thread = g_queue_pop_head (&self->ended);
      g_mutex_unlock (&self->mutex);

      if (thread != NULL && thread == g_thread_self ())
        g_thread_unref (thread);
      else if (thread != NULL)
        g_thread_join (thread);
    }
  while (thread != NULL);
}

void
tf__test_stage_unref (TfTestStage *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;

  join_ended (self);
  g_ptr_array_unref (self->workers);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

guint
tf__test_stage_count (TfTestStage *self,
                      TfTestCount  what)
{
  guint n = 0;

  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < self->workers->len; i++)
    {
      State state = ((Worker *) self->workers->pdata[i])->state;

      n += what == TF_TEST_COUNT_ALL || (what == TF_TEST_COUNT_PENDING && state == STATE_PENDING) ||
           (what == TF_TEST_COUNT_STOPPED && state == STATE_STOPPED);
    }
  g_mutex_unlock (&self->mutex);

  return n;
}

static Worker *
get_worker_locked (TfTestStage *self,
                   guint        number)
{
  if (number >= self->workers->len)
    g_error ("no worker %u: %u functions have been pushed", number, self->workers->len);

  return self->workers->pdata[number];
}

gboolean
tf__test_stage_has_ended (TfTestStage *self,
                          guint        number)
{
  gboolean has_ended;

  g_mutex_lock (&self->mutex);
  has_ended = get_worker_locked (self, number)->state == STATE_ENDED;
  g_mutex_unlock (&self->mutex);

  return has_ended;
}

const char *
tf__test_stage_get_checkpoint (TfTestStage *self,
                               guint        number)
{
  const char *place;

  g_mutex_lock (&self->mutex);
  place = get_worker_locked (self, number)->place;
  g_mutex_unlock (&self->mutex);

  return place;
}

static gboolean
can_go_locked (Worker *worker)
{
  return worker->state == STATE_STOPPED ||
         (worker->state == STATE_PENDING && worker->crew->n_begun < worker->crew->max_workers);
}

static gboolean
can_begin_locked (Worker *worker)
{
  return worker->state == STATE_PENDING && can_go_locked (worker);
}

static guint
find_worker (TfTestStage *self,
             gboolean (*is_it) (Worker *worker))
{
  guint number = G_MAXUINT;

  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < self->workers->len && number == G_MAXUINT; i++)
    {
      if (is_it (self->workers->pdata[i]))
        number = i;
    }
  g_mutex_unlock (&self->mutex);

  return number;
}

guint
tf__test_stage_find_pending (TfTestStage *self)
{
  return find_worker (self, can_begin_locked);
}

guint
tf__test_stage_find_ready (TfTestStage *self)
{
  return find_worker (self, can_go_locked);
}

/* Running */

static gpointer run_worker (gpointer data);

/* Lets the worker run. Its thread takes the mutex first, so it cannot be ahead of its own handle. FALSE if there is no
 * thread for it: it stays pending. */
static gboolean
let_go_locked (Worker *worker)
{
  if (worker->state == STATE_PENDING)
    {
      g_autoptr (GError) error = NULL;

      worker->thread = g_thread_try_new ("[tf] stepped", run_worker, worker, &error);
      if (worker->thread == NULL)
        {
          g_warning ("A worker cannot begin: %s", error->message);
          return FALSE;
        }

      worker->crew->n_begun++;
      tf__test_stage_ref (worker->stage);
    }

  worker->place = NULL;
  worker->state = STATE_RUNNING;
  g_cond_broadcast (&worker->stage->changed);
  return TRUE;
}

/* Those of the crew, or of all crews, that nobody steps any more. */
static void
let_all_go_locked (TfTestStage *self,
                   TfTestCrew  *crew)
{
  for (guint i = 0; i < self->workers->len; i++)
    {
      Worker *worker = self->workers->pdata[i];

      if (worker->state == STATE_ENDED || (crew != NULL && worker->crew != crew))
        continue;

      worker->is_released = TRUE;
      if (can_go_locked (worker))
        let_go_locked (worker);
    }
}

/* The function has returned: another one may begin. */
static void
make_room (Worker *worker)
{
  TfTestStage *stage = worker->stage;

  g_mutex_lock (&stage->mutex);
  worker->crew->n_begun--;
  if (worker->is_released)
    let_all_go_locked (stage, worker->crew);
  g_mutex_unlock (&stage->mutex);
}

/* The worker holds nothing any more. Returns what waits for the crew to be idle, if it is now. */
static GPtrArray *
end_worker (Worker *worker)
{
  TfTestStage *stage = worker->stage;
  GPtrArray   *waiters = NULL;

  g_mutex_lock (&stage->mutex);
  worker->state = STATE_ENDED;
  worker->crew->n_left--;
  if (worker->crew->n_left == 0)
    waiters = g_steal_pointer (&worker->crew->waiters);
  g_queue_push_tail (&stage->ended, worker->thread);
  if (stage->running == worker)
    stage->running = NULL;
  g_cond_broadcast (&stage->changed);
  g_mutex_unlock (&stage->mutex);

  return waiters;
}

static gpointer
run_worker (gpointer data)
{
  Worker      *self = data;
  TfTestStage *stage = self->stage;
  TfTestCrew  *crew = self->crew;
  GPtrArray   *waiters;

  g_mutex_lock (&stage->mutex);
  current = self;
  g_mutex_unlock (&stage->mutex);

  self->func (self->user_data);

  make_room (self);
  /* Before its end, so that whoever waits for that has nothing to fear from the pool. */
  g_object_unref (self->pool);
  waiters = end_worker (self);

  for (guint i = 0; waiters != NULL && i < waiters->len; i++)
    tf_cancel_flag_set (waiters->pdata[i]);
  g_clear_pointer (&waiters, g_ptr_array_unref);
  tf__test_crew_unref (crew);
  tf__test_stage_unref (stage);
  return NULL;
}

/* Waits until the baton is back. */
static State
wait_for_worker_locked (TfTestStage *self,
                        Worker      *worker,
                        guint        number)
{
  gint64 deadline_us = g_get_monotonic_time () + tf_test_timeout_us ();

  while (worker->state == STATE_RUNNING && self->running == worker)
    {
      if (!g_cond_wait_until (&self->changed, &self->mutex, deadline_us))
        g_error ("worker %u came neither to a checkpoint nor to its end in time: it waits for"
                 " something that does not come while the test waits for it",
                 number);
    }

  return worker->state;
}

gboolean
tf__test_stage_step (TfTestStage *self,
                     guint        number)
{
  Worker *worker;
  State   state = STATE_PENDING;

  g_mutex_lock (&self->mutex);
  worker = get_worker_locked (self, number);
  if (worker->state == STATE_ENDED)
    g_error ("worker %u has ended: it cannot be stepped any more", number);
  if (worker->is_released)
    g_error ("worker %u has been released: it cannot be stepped any more", number);
  if (self->running != NULL)
    g_error ("worker %u cannot be stepped while another one runs", number);
  if (!can_go_locked (worker))
    g_error ("worker %u cannot begin: its pool is full, with %u that have", number,
             worker->crew->n_begun);

  self->running = worker;
  if (let_go_locked (worker))
    state = wait_for_worker_locked (self, worker, number);
  else
    self->running = NULL;
  g_mutex_unlock (&self->mutex);

  join_ended (self);
  return state != STATE_ENDED;
}

void
tf__test_stage_checkpoint (const char *name)
{
  Worker      *self = current;
  const char  *place = g_intern_string (name);
  TfTestStage *stage;

  if (self == NULL)
    return;

  stage = self->stage;
  g_mutex_lock (&stage->mutex);
  if (!self->is_released)
    {
      self->place = place;
      self->state = STATE_STOPPED;
      stage->running = NULL;
      g_cond_broadcast (&stage->changed);
      while (self->state == STATE_STOPPED)
        g_cond_wait (&stage->changed, &stage->mutex);
    }
  g_mutex_unlock (&stage->mutex);
}

void
tf__test_stage_release (TfTestStage *self)
{
  g_mutex_lock (&self->mutex);
  self->is_released = TRUE;
  self->running = NULL;
  let_all_go_locked (self, NULL);
  g_mutex_unlock (&self->mutex);
}

/* The crew of a pool */

TfTestCrew *
tf__test_crew_new (TfTestStage *stage,
                   guint        max_workers)
{
  TfTestCrew *self = g_new0 (TfTestCrew, 1);

  self->ref_count = 1;
  self->stage = tf__test_stage_ref (stage);
  self->max_workers = max_workers;
  return self;
}

void
tf__test_crew_unref (TfTestCrew *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;

  g_clear_pointer (&self->waiters, g_ptr_array_unref);
  tf__test_stage_unref (self->stage);
  g_free (self);
}

void
tf__test_crew_push (TfTestCrew *self,
                    GObject    *pool,
                    TfPoolFunc  func,
                    gpointer    user_data)
{
  Worker *worker = g_new0 (Worker, 1);

  g_atomic_int_inc (&self->ref_count);
  worker->crew = self;
  worker->pool = g_object_ref (pool);
  worker->func = func;
  worker->user_data = user_data;
  worker->stage = self->stage;

  g_mutex_lock (&self->stage->mutex);
  g_ptr_array_add (self->stage->workers, worker);
  self->n_left++;
  worker->is_released = self->is_released || self->stage->is_released;
  if (worker->is_released && can_go_locked (worker))
    let_go_locked (worker);
  g_mutex_unlock (&self->stage->mutex);

  join_ended (self->stage);
}

gboolean
tf__test_crew_is_here (TfTestCrew *self)
{
  return current != NULL && current->crew == self;
}

void
tf__test_crew_release (TfTestCrew *self)
{
  g_mutex_lock (&self->stage->mutex);
  self->is_released = TRUE;
  let_all_go_locked (self->stage, self);
  g_mutex_unlock (&self->stage->mutex);
}

gboolean
tf__test_crew_wait (TfTestCrew *self,
                    gint64      timeout_us)
{
  g_autoptr (TfCancelFlag) is_idle = tf_cancel_flag_new ();
  gboolean                 is_left;

  g_mutex_lock (&self->stage->mutex);
  is_left = self->n_left > 0;
  if (is_left && self->waiters == NULL)
    self->waiters = g_ptr_array_new_with_free_func ((GDestroyNotify) tf_cancel_flag_unref);
  if (is_left)
    g_ptr_array_add (self->waiters, tf_cancel_flag_ref (is_idle));
  g_mutex_unlock (&self->stage->mutex);

  /* The flag waits by the clock of the library. */
  if (is_left && !tf_cancel_flag_wait (is_idle, timeout_us))
    return FALSE;

  join_ended (self->stage);
  return TRUE;
}
