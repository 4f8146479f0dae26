/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define _GNU_SOURCE /* seals */

#include "config.h"

#include "process/tf-worker-job-private.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

/* What a job ends with, on its way to the program. The main thread of the worker. */

gboolean
tf__job_desk_send_error (TfJobDesk    *self,
                         guint64       job,
                         const GError *reason,
                         GError      **error)
{
  const guint max_text = tf__channel_get_max_text (self->channel);

  return tf__channel_send (self->channel, TF_FRAME_ERROR, job,
                           tf__wire_pack_error (reason, max_text), NULL, -1, 0, TF_SEND_NOW, error);
}

static gboolean
send_failure (TfJobDesk       *self,
              guint64          job,
              const TfFailure *failure,
              GError         **error)
{
  const guint max_text = tf__channel_get_max_text (self->channel);

  if (failure->type == NULL)
    return tf__job_desk_send_error (self, job, failure->error, error);

  return tf__channel_send (
    self->channel, TF_FRAME_FAILURE, job,
    g_variant_new ("(@s@s@s)", tf__wire_pack_text (failure->type, max_text),
                   tf__wire_pack_text (failure->text, max_text),
                   tf__wire_pack_text (failure->traceback, max_text)),
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
    return tf__job_desk_send_error (self, job, reason, error);

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
    return tf__job_desk_send_error (self, job, reason, error);

  return tf__channel_send (self->channel, TF_FRAME_RESULT, job, packed, bulk, -1, 0, TF_SEND_NOW,
                           error);
}

gboolean
tf__job_desk_send_outcome (TfJobDesk *self,
                           TfTask    *task,
                           guint64    job,
                           gssize     n_returned,
                           GError   **error)
{
  const TfFailure *failure = tf__outcome_get_failure (&task->work.outcome);
  gboolean         has_value = tf__outcome_has_value (&task->work.outcome);

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

  return send_value (self, job, has_value ? &task->work.outcome.value : NULL, error);
}
