/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tf/tf-worker.h>

#include "process/tf-channel-private.h"
#include "task/tf-task-private.h"

/* A worker process, seen from inside. Its main thread receives one job after another and runs it. A second thread
 * listens on the control socket, for a cancel and for the end of the program. A third one, made when it is first
 * needed, sends on what the job has kept back. */

/* How a program asks to be a worker: the variable in its environment, and its contents. */
#define TF_WORKER_VARIABLE   "TF_WORKER"
#define TF_WORKER_FORMAT     "%u:%d:%d:%d:%s" /* version, job socket, control socket, process id of the parent, token */
#define TF_WORKER_JOBS_FD    3
#define TF_WORKER_CONTROL_FD 4

/* The descriptor of what tf__begun_join() takes, in a variable of its own: worker programs may not know it. */
#define TF_WORKER_BEGUN_VARIABLE "TF_WORKER_BEGUN"
#define TF_WORKER_BEGUN_FD       5

/* What a worker exits with. */
#define TF_WORKER_EXIT_FAILED   70 /* it cannot work: the last words on its standard error say why */
#define TF_WORKER_EXIT_ORPHANED 71 /* the program has gone while it worked */

typedef struct
{
  guint version;
  int   jobs_fd;
  int   control_fd;
  int   parent_pid;
  char  token[40];
} TfWorkerRequest;

/* Any thread. Whether this program has ever asked: so it is able to be its own worker. */
gboolean tf__worker_has_hook (void);

/* The request, once: tf-worker-request-shared.c. */
gboolean tf__worker_take_request (TfWorkerRequest *request);
/* The worker is about to exit by itself, whatever becomes of the program. */
void tf__worker_leave_parent (void);

/* What CONFIGURE says, done in this process: tf-worker-setup.c. */
gboolean tf__worker_set_up (GVariant *settings,
                            GError  **error);

/* Jobs: tf-worker-job-shared.c. */
typedef struct _TfJobDesk TfJobDesk;

/* Where the jobs of this process are run; there is one. */
TfJobDesk *tf__job_desk_new (TfChannel *channel);
void       tf__job_desk_free (TfJobDesk *self);
/* The main thread: from now on this runs what has no C function. */
void tf__job_desk_set_handler (TfJobDesk   *self,
                               TfWorkerFunc handler,
                               gpointer     user_data);
/* The main thread: runs a job, and sends its outcome. FALSE if that cannot be sent. With @next a task that has no C
 * function is not run but handed out, and tf__job_desk_finish() sends its outcome. */
gboolean tf__job_desk_run (TfJobDesk *self,
                           TfFrame   *frame,
                           TfTask   **next,
                           GError   **error);
/* The main thread: the task that was handed out is over, if there is one. FALSE if that cannot be sent. */
gboolean tf__job_desk_finish (TfJobDesk *self,
                              GError   **error);
/* Another thread: that job, which may be still to come, or over. */
void tf__job_desk_cancel (TfJobDesk *self,
                          guint64    job);
/* Another thread: none of the jobs after @job up to @last begins any more, but for those that have; says so. */
void tf__job_desk_withdraw (TfJobDesk *self,
                            guint64    job,
                            guint64    last);
/* Another thread: whatever there is. TRUE if nothing is left within @timeout_us. */
gboolean tf__job_desk_stop (TfJobDesk *self,
                            gint64     timeout_us);
