/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define _GNU_SOURCE /* memfd_create(), seals */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <tf/tf-error.h>

#include "core/tf-clock-private.h"
#include "core/tf-reference-private.h"
#include "process/tf-worker-private.h"

/* The jobs of a worker process, one after another. A job is a task without a pipe that leads anywhere: what it tells
 * goes through its host's sink, which is the desk, into the socket. */

/* How long the latest progress, and small events, may wait for more of their kind. */
#define KEEP_US 5000

/* Jobs after the first number, up to the last. */
typedef struct
{
  guint64 after;
  guint64 last;
} Range;

/* What a RUN says, which often is the same as the last time. */
typedef struct
{
  GVariant  *body; /* (owned) (nullable) */
  char      *reference;
  char      *name;
  char      *description;
  gboolean   has_argument;
  TfTaskFunc func; /* (nullable) */
} Order;

struct _TfJobDesk
{
  TfTaskHost host; /* first: of all tasks */

  TfChannel      *channel;   /* [const] */
  TfWorkerHandler handler;   /* (nullable) [const] */
  gpointer        user_data; /* [const] */
  GThread        *ticker;    /* (owned) (nullable) [lock] made when something is kept back first */

  TfLock   lock;
  GCond    changed;    /* [lock] */
  TfTask  *task;       /* (owned) (nullable) [lock] */
  guint64  job;        /* [lock] the last one */
  GArray  *cancelled;  /* (owned) [lock] of guint64: jobs that are still to come */
  GArray  *withdrawn;  /* (owned) [lock] of Range: the same */
  gboolean is_ending;  /* [lock] */
  gboolean is_awaited; /* [lock] somebody waits for the end of the task */
  gboolean is_kept;    /* [lock] the channel may keep events back */
  gboolean is_sending; /* [lock] somebody has taken the progress, and sends it */
  gboolean is_dirty;   /* [lock] progress has not been sent */
  gint64   sent_us;    /* [lock] when progress was last taken */
  gint64   completed;  /* [lock] */
  gint64   total;      /* [lock] */
  char    *status;     /* (owned) (nullable) [lock] new */
  GError  *error;      /* (owned) (nullable) [lock] something that the job told cannot travel */

  Order order; /* [main thread] the last one */

  gpointer memory;      /* (nullable) [main thread] mapped for the result */
  gsize    memory_size; /* [main thread] */
  int      memory_fd;   /* (owned) [main thread] or -1 */
};

/* Progress */

typedef struct
{
  guint64 job;
  gint64  completed;
  gint64  total;
  char   *status; /* (owned) (nullable) */
} Progress;

/* FALSE if there is none. The caller sends it, and then says so: the outcome waits for that. */
static gboolean
take_progress_locked (TfJobDesk *self,
                      Progress  *progress) TF_CALLER_HOLDS (self->lock)
{
  if (!self->is_dirty || self->is_sending)
    return FALSE;

  progress->job = self->job;
  progress->completed = self->completed;
  progress->total = self->total;
  progress->status = g_steal_pointer (&self->status);
  self->is_dirty = FALSE;
  self->is_sending = TRUE;
  self->sent_us = tf__clock_now ();
  return TRUE;
}

/* An error shows in the next thing that the main thread sends. */
static void
send_progress (TfJobDesk *self,
               Progress  *progress,
               TfSendWhen when)
{
  tf__channel_send (self->channel, TF_FRAME_PROGRESS, progress->job,
                    g_variant_new ("(xxms)", progress->completed, progress->total,
                                   progress->status),
                    NULL, -1, 0, when, NULL);
  g_free (progress->status);

  tf__lock (&self->lock);
  self->is_sending = FALSE;
  g_cond_broadcast (&self->changed);
  tf__unlock (&self->lock);
}

static void
send_kept (TfJobDesk *self)
{
  Progress progress;
  gboolean has_progress;

  tf__lock (&self->lock);
  has_progress = take_progress_locked (self, &progress);
  self->is_kept = FALSE;
  tf__unlock (&self->lock);

  if (has_progress)
    send_progress (self, &progress, TF_SEND_NOW);
  else
    tf__channel_flush (self->channel, NULL);
}

/* A thread of its own: sends on what was kept back for long enough. */
static gpointer
run_ticker (gpointer data)
{
  TfJobDesk *self = data;
  gboolean   is_ending = FALSE;

  while (!is_ending)
    {
      gint64 deadline_us;

      tf__lock (&self->lock);
      while (!self->is_ending && !self->is_dirty && !self->is_kept)
        tf__lock_wait (&self->lock, &self->changed);
      deadline_us = g_get_monotonic_time () + KEEP_US;
      while (!self->is_ending && tf__lock_wait_until (&self->lock, &self->changed, deadline_us))
        ;
      is_ending = self->is_ending;
      tf__unlock (&self->lock);

      send_kept (self);
    }

  return NULL;
}

static void
wake_ticker_locked (TfJobDesk *self) TF_CALLER_HOLDS (self->lock)
{
  if (self->ticker == NULL)
    self->ticker = g_thread_new ("tf-ticker", run_ticker, self);
  else
    g_cond_broadcast (&self->changed);
}

static gboolean
is_wanted (TfTask *task)
{
  return tf__task_get_fate (task) == TF_FATE_OPEN;
}

static gboolean
change_progress (TfJobDesk    *self,
                 const gint64 *completed,
                 const gint64 *total,
                 gint64        n_steps,
                 const char   *status)
{
  Progress progress;
  gboolean is_due;

  tf__lock (&self->lock);
  if (completed != NULL)
    self->completed = *completed;
  if (total != NULL)
    self->total = *total;
  self->completed += n_steps;
  if (status != NULL)
    {
      g_free (self->status);
      self->status = g_strdup (status);
    }
  if (!self->is_dirty)
    {
      self->is_dirty = TRUE;
      wake_ticker_locked (self);
    }
  is_due = tf__clock_now () >= self->sent_us + KEEP_US && take_progress_locked (self, &progress);
  tf__unlock (&self->lock);

  if (is_due)
    send_progress (self, &progress, TF_SEND_NOW);

  return TRUE;
}

/* The sink */

static TfJobDesk *
desk_of (TfTask *task)
{
  return (TfJobDesk *) task->host;
}

static gboolean
sink_set_progress (TfTask       *task,
                   const gint64 *completed,
                   const gint64 *total,
                   const char   *status)
{
  return is_wanted (task) && change_progress (desk_of (task), completed, total, 0, status);
}

static gboolean
sink_advance (TfTask *task,
              gint64  n_steps)
{
  return is_wanted (task) && change_progress (desk_of (task), NULL, NULL, n_steps, NULL);
}

/* The job fails with the first of them, whatever it returns. */
static void
take_job_error (TfJobDesk *self,
                GError    *error)
{
  tf__lock (&self->lock);
  if (self->error == NULL)
    self->error = g_steal_pointer (&error);
  tf__unlock (&self->lock);

  g_clear_error (&error);
}

static gboolean
sink_send (TfTask  *task,
           TfEvent *event)
{
  TfJobDesk         *self = desk_of (task);
  const GValue      *value = G_VALUE_TYPE (&event->value) == G_TYPE_INVALID ? NULL : &event->value;
  const char        *kind = tf__event_get_kind (event);
  g_autoptr (GBytes) bulk = NULL;
  GError            *error = NULL;
  GVariant          *packed = tf__wire_pack_value (value, &bulk, &error);
  gboolean           is_sent;

  if (packed == NULL)
    {
      take_job_error (self, error);
      tf__event_clear (event);
      return FALSE;
    }

  is_sent = tf__channel_send (
    self->channel, TF_FRAME_EVENT, self->job,
    g_variant_new ("(ys@(sv))", (guchar) event->road, kind == NULL ? "" : kind, packed), bulk, -1,
    0, TF_SEND_SOON, NULL);
  tf__event_clear (event);

  tf__lock (&self->lock);
  if (!self->is_kept)
    {
      self->is_kept = TRUE;
      wake_ticker_locked (self);
    }
  tf__unlock (&self->lock);

  return is_sent && is_wanted (task);
}

static void
sink_cancelled (TfTask *task)
{
  TfJobDesk *self = desk_of (task);

  tf__channel_send (self->channel, TF_FRAME_CANCELLED, self->job, g_variant_new ("()"), NULL, -1, 0,
                    TF_SEND_NOW, NULL);
}

static void
free_memory (TfJobDesk *self)
{
  if (self->memory != NULL)
    munmap (self->memory, self->memory_size);
  if (self->memory_fd >= 0)
    close (self->memory_fd);

  self->memory = NULL;
  self->memory_fd = -1;
}

static gpointer
sink_allocate (TfTask *task,
               gsize   size)
{
  TfJobDesk *self = desk_of (task);

  free_memory (self);
  self->memory_fd = memfd_create ("tf-result", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (self->memory_fd < 0 || ftruncate (self->memory_fd, (off_t) size) != 0)
    {
      free_memory (self);
      return NULL;
    }

  self->memory_size = size;
  self->memory = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, self->memory_fd, 0);
  if (self->memory == MAP_FAILED)
    {
      self->memory = NULL;
      free_memory (self);
    }

  return self->memory;
}

static const TfTaskSink sink = {
  .set_progress = sink_set_progress,
  .advance = sink_advance,
  .send = sink_send,
  .cancelled = sink_cancelled,
  .allocate = sink_allocate,
};

/* The host, which lives as long as the process. */

static TfTaskHost *
host_ref (TfTaskHost *host)
{
  return host;
}

static void
host_unref (TfTaskHost *host)
{
}

static gboolean
host_unqueue (TfTaskHost *host,
              TfTask     *task)
{
  return FALSE;
}

static void
host_nothing (TfTaskHost *host)
{
}

static const TfTaskHostClass host_class = {
  .ref = host_ref,
  .unref = host_unref,
  .unqueue = host_unqueue,
  .worker_blocked = host_nothing,
  .worker_unblocked = host_nothing,
};

static void
clear_order (Order *self)
{
  g_clear_pointer (&self->body, g_variant_unref);
  g_free (self->reference);
  g_free (self->name);
  g_free (self->description);
  *self = (Order){ 0 };
}

TfJobDesk *
tf__job_desk_new (TfChannel      *channel,
                  TfWorkerHandler handler,
                  gpointer        user_data)
{
  TfJobDesk *self = g_new0 (TfJobDesk, 1);

  self->host.klass = &host_class;
  self->host.sink = &sink;
  self->channel = channel;
  self->handler = handler;
  self->user_data = user_data;
  self->memory_fd = -1;
  self->cancelled = g_array_new (FALSE, FALSE, sizeof (guint64));
  self->withdrawn = g_array_new (FALSE, FALSE, sizeof (Range));
  tf__lock_init (&self->lock);
  g_cond_init (&self->changed);
  return self;
}

void
tf__job_desk_free (TfJobDesk *self)
{
  tf__lock (&self->lock);
  self->is_ending = TRUE;
  g_cond_broadcast (&self->changed);
  tf__unlock (&self->lock);

  if (self->ticker != NULL)
    g_thread_join (self->ticker);
  g_clear_error (&self->error);
  g_free (self->status);
  clear_order (&self->order);
  g_array_unref (self->cancelled);
  g_array_unref (self->withdrawn);
  g_cond_clear (&self->changed);
  tf__lock_clear (&self->lock);
  g_free (self);
}

/* Jobs */

static void
take_order (TfJobDesk *self,
            TfFrame   *frame)
{
  g_autoptr (GVariant) packed = NULL;
  g_autoptr (GVariant) contents = NULL;
  const char          *type;
  Order               *order = &self->order;

  /* The channel gives the same body for the same bytes. */
  if (order->body == frame->body)
    return;

  clear_order (order);
  order->body = g_variant_ref (frame->body);
  g_variant_get (frame->body, "(sss@(sv))", &order->reference, &order->name, &order->description,
                 &packed);
  g_variant_get (packed, "(&sv)", &type, &contents);
  order->has_argument = type[0] != '\0' || !g_variant_is_of_type (contents, G_VARIANT_TYPE_UNIT);
}

static TfTask *
new_task (TfJobDesk *self,
          TfFrame   *frame)
{
  const Order *order = &self->order;
  TfTask      *task;

  take_order (self, frame);
  task = tf_task_new_for_reference (order->reference, NULL);
  if (order->name[0] != '\0')
    tf_task_set_name (task, order->name);
  if (order->description[0] != '\0')
    tf_task_set_description (task, order->description);
  task->host = &self->host;
  task->is_submitted = TRUE;
  return task;
}

/* FALSE if it cannot be understood. */
static gboolean
take_argument (TfJobDesk *self,
               TfTask    *task,
               TfFrame   *frame,
               GError   **error)
{
  g_autoptr (GVariant) packed = NULL;
  g_auto (GValue)      value = G_VALUE_INIT;

  if (!self->order.has_argument && frame->bulk == NULL)
    return TRUE;

  packed = g_variant_get_child_value (frame->body, 3);
  if (!tf__wire_unpack_value (packed, frame->bulk, &value, error))
    return FALSE;

  if (!G_IS_VALUE (&value))
    return TRUE;

  if (!G_VALUE_HOLDS_VARIANT (&value))
    {
      g_set_error_literal (error, TF_ERROR, TF_ERROR_PROTOCOL, "An argument that is no variant");
      return FALSE;
    }

  task->data = g_value_dup_variant (&value);
  task->data_free = (GDestroyNotify) g_variant_unref;
  return TRUE;
}

/* Jobs come in the order of their numbers, so what was said of earlier ones is over. */
static gboolean
was_cancelled_locked (TfJobDesk *self,
                      guint64    job) TF_CALLER_HOLDS (self->lock)
{
  gboolean was_cancelled = FALSE;

  for (guint i = self->cancelled->len; i > 0; i--)
    {
      guint64 other = g_array_index (self->cancelled, guint64, i - 1);

      was_cancelled = was_cancelled || other == job;
      if (other <= job)
        g_array_remove_index_fast (self->cancelled, i - 1);
    }

  return was_cancelled;
}

static gboolean
was_withdrawn_locked (TfJobDesk *self,
                      guint64    job) TF_CALLER_HOLDS (self->lock)
{
  gboolean was_withdrawn = FALSE;

  for (guint i = self->withdrawn->len; i > 0; i--)
    {
      const Range range = g_array_index (self->withdrawn, Range, i - 1);

      was_withdrawn = was_withdrawn || (job > range.after && job <= range.last);
      if (range.last <= job)
        g_array_remove_index_fast (self->withdrawn, i - 1);
    }

  return was_withdrawn;
}

typedef enum
{
  ADMIT_RUN,
  ADMIT_REFUSE, /* it was cancelled before it could begin */
  ADMIT_FORGET, /* it was withdrawn */
} Admission;

static Admission
begin (TfJobDesk *self,
       TfTask    *task,
       guint64    job)
{
  gboolean is_cancelled;

  tf__lock (&self->lock);
  if (was_withdrawn_locked (self, job))
    {
      tf__unlock (&self->lock);
      return ADMIT_FORGET;
    }

  self->task = task;
  self->job = job;
  self->completed = 0;
  self->total = -1;
  self->is_dirty = FALSE;
  self->sent_us = G_MININT64 / 2;
  g_clear_pointer (&self->status, g_free);
  g_clear_error (&self->error);
  is_cancelled = was_cancelled_locked (self, job);
  tf__unlock (&self->lock);

  return is_cancelled ? ADMIT_REFUSE : ADMIT_RUN;
}

/* After it nobody else has the task, and no thread sends anything of it. */
static GError *
end (TfJobDesk *self)
{
  Progress progress;
  gboolean has_progress;
  TfTask  *task;
  GError  *error;

  tf__lock (&self->lock);
  while (self->is_sending)
    tf__lock_wait (&self->lock, &self->changed);
  has_progress = take_progress_locked (self, &progress);
  task = g_steal_pointer (&self->task);
  error = g_steal_pointer (&self->error);
  /* Which is a system call, even if nobody waits. */
  if (self->is_awaited)
    g_cond_broadcast (&self->changed);
  tf__unlock (&self->lock);

  if (has_progress)
    send_progress (self, &progress, TF_SEND_SOON);

  tf__pipe_exchange_fate (&task->pipe, TF_FATE_CLOSED);
  tf__task_leave_own_cancellable (task);
  return error;
}

static gboolean
send_error (TfJobDesk    *self,
            guint64       job,
            const GError *reason,
            GError      **error)
{
  return tf__channel_send (self->channel, TF_FRAME_ERROR, job, tf__wire_pack_error (reason), NULL,
                           -1, 0, TF_SEND_NOW, error);
}

static gboolean
send_failure (TfJobDesk       *self,
              guint64          job,
              const TfFailure *failure,
              GError         **error)
{
  if (failure->type == NULL)
    return send_error (self, job, failure->error, error);

  return tf__channel_send (
    self->channel, TF_FRAME_FAILURE, job,
    g_variant_new ("(sss)", failure->type, failure->text == NULL ? "" : failure->text,
                   failure->traceback == NULL ? "" : failure->traceback),
    NULL, -1, 0, TF_SEND_NOW, error);
}

/* Memory that somebody else can still change, as a process that the job has forked: it goes through the socket. */
static gboolean
send_copy (TfJobDesk *self,
           guint64    job,
           GVariant  *packed,
           gsize      size,
           GError   **error)
{
  g_autoptr (GError)      reason = NULL;
  g_autoptr (GBytes)      bulk = NULL;
  g_autoptr (GMappedFile) file = g_mapped_file_new_from_fd (self->memory_fd, FALSE, &reason);

  if (file == NULL)
    return send_error (self, job, reason, error);

  bulk = g_bytes_new_static (g_mapped_file_get_contents (file), size);
  return tf__channel_send (self->channel, TF_FRAME_RESULT, job, packed, bulk, -1, 0, TF_SEND_NOW,
                           error);
}

/* The memory of the job, which it must not touch any more. */
static gboolean
send_memory (TfJobDesk *self,
             guint64    job,
             gsize      size,
             GError   **error)
{
  g_autoptr (GVariant) packed = NULL;

  packed = g_variant_ref_sink (tf__wire_pack_bulk_bytes ());
  munmap (g_steal_pointer (&self->memory), self->memory_size);
  if (ftruncate (self->memory_fd, (off_t) size) != 0 ||
      fcntl (self->memory_fd, F_ADD_SEALS,
             F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) != 0)
    return send_copy (self, job, packed, size, error);

  return tf__channel_send (self->channel, TF_FRAME_RESULT, job, packed, NULL, self->memory_fd, size,
                           TF_SEND_NOW, error);
}

static gboolean
send_value (TfJobDesk    *self,
            guint64       job,
            const GValue *value,
            GError      **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (GBytes) bulk = NULL;
  GVariant          *packed = tf__wire_pack_value (value, &bulk, &reason);

  if (packed == NULL)
    return send_error (self, job, reason, error);

  return tf__channel_send (self->channel, TF_FRAME_RESULT, job, packed, bulk, -1, 0, TF_SEND_NOW,
                           error);
}

static gboolean
send_outcome (TfJobDesk *self,
              TfTask    *task,
              guint64    job,
              gssize     n_returned,
              GError   **error)
{
  const TfFailure *failure = tf__outcome_get_failure (&task->outcome);
  gboolean         has_value = tf__outcome_has_value (&task->outcome);

  if (failure != NULL)
    return send_failure (self, job, failure, error);

  if (n_returned > 0)
    return send_memory (self, job, (gsize) n_returned, error);

  if (n_returned == 0)
    {
      g_auto (GValue) value = G_VALUE_INIT;

      g_value_init (&value, G_TYPE_BYTES);
      g_value_take_boxed (&value, g_bytes_new (NULL, 0));
      return send_value (self, job, &value, error);
    }

  return send_value (self, job, has_value ? &task->outcome.value : NULL, error);
}

/* By its function, or by the handler, which knows other references. */
static void
run (TfJobDesk *self,
     TfTask    *task,
     gssize    *n_returned)
{
  const char        *reference = task->extra->reference;
  g_autoptr (GError) error = NULL;
  TfTaskFrame        frame;

  if (self->order.func == NULL && (self->handler == NULL || tf__reference_is_native (reference)))
    self->order.func = tf__reference_resolve (reference, &error);
  task->func = self->order.func;

  tf__task_push_frame (&frame, task);
  if (error != NULL)
    tf_task_return_error (task, g_steal_pointer (&error));
  else if (task->func != NULL)
    task->func (task, NULL);
  else
    self->handler (task, reference, self->user_data);

  if (task->func == NULL && !task->has_returned)
    tf_task_return_new_error (
      task, TF_ERROR, TF_ERROR_NO_RESULT,
      "“%s” came back without a result: it raised an exception, or forgot to return", reference);
  tf__task_pop_frame (&frame);

  *n_returned = frame.n_returned;
}

gboolean
tf__job_desk_run (TfJobDesk *self,
                  TfFrame   *frame,
                  GError   **error)
{
  guint64   job = frame->header.job;
  TfTask   *task = new_task (self, frame);
  gssize    n_returned = -1;
  GError   *job_error = NULL;
  Admission admission = begin (self, task, job);
  gboolean  is_sent;

  if (admission == ADMIT_FORGET)
    {
      tf_task_unref (task);
      return TRUE;
    }

  if (admission == ADMIT_REFUSE)
    {
      take_job_error (self, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                                 "The task was cancelled before it began"));
      job_error = end (self);
    }
  else if (take_argument (self, task, frame, &job_error))
    {
      tf__frame_clear (frame);
      *frame = (TfFrame){ 0 };
      run (self, task, &n_returned);
      job_error = end (self);
    }
  else
    {
      take_job_error (self, job_error);
      job_error = end (self);
    }

  if (job_error != NULL)
    is_sent = send_error (self, job, job_error, error);
  else
    is_sent = send_outcome (self, task, job, n_returned, error);

  g_clear_error (&job_error);
  free_memory (self);
  tf_task_unref (task);
  return is_sent;
}

void
tf__job_desk_cancel (TfJobDesk *self,
                     guint64    job)
{
  TfTask *task = NULL;

  tf__lock (&self->lock);
  if (self->task != NULL && self->job == job)
    task = tf_task_ref (self->task);
  else if (job > self->job)
    g_array_append_val (self->cancelled, job);
  tf__unlock (&self->lock);

  if (task == NULL)
    return;

  tf__task_request_cancel (task);
  tf_task_unref (task);
}

/* The answer goes out before another job can begin: what the program hears before it has begun before. */
void
tf__job_desk_withdraw (TfJobDesk *self,
                       guint64    job,
                       guint64    last)
{
  Range range = { job, last };

  tf__lock (&self->lock);
  range.after = MAX (job, self->job);
  g_array_append_val (self->withdrawn, range);
  tf__channel_send (self->channel, TF_FRAME_WITHDRAWN, range.after, g_variant_new ("()"), NULL, -1,
                    0, TF_SEND_NOW, NULL);
  tf__unlock (&self->lock);
}

gboolean
tf__job_desk_stop (TfJobDesk *self,
                   gint64     timeout_us)
{
  gint64   deadline_us = g_get_monotonic_time () + timeout_us;
  gboolean is_in_time = TRUE;
  guint64  job;

  tf__lock (&self->lock);
  job = self->job;
  tf__unlock (&self->lock);

  tf__job_desk_cancel (self, job);

  tf__lock (&self->lock);
  self->is_awaited = TRUE;
  while (self->task != NULL && is_in_time)
    is_in_time = tf__lock_wait_until (&self->lock, &self->changed, deadline_us);
  is_in_time = self->task == NULL;
  tf__unlock (&self->lock);

  return is_in_time;
}
