/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tf-testing/tf-testing.h>

/* Where the workers of a TfTestContext wait for their turn. Each push has a worker, a thread of its own that begins
 * with its first step; the test and the workers hand one baton around, so one of them runs at any time. Once all is
 * released there is no baton any more. Any thread. */
typedef struct _TfTestStage TfTestStage;

/* What the pools of one context have in common with the stage; one for each pool. */
typedef struct _TfTestCrew TfTestCrew;

typedef enum
{
  TF_TEST_COUNT_ALL,
  TF_TEST_COUNT_PENDING,
  TF_TEST_COUNT_STOPPED,
} TfTestCount;

TfTestStage *tf__test_stage_new (void);
TfTestStage *tf__test_stage_ref (TfTestStage *self);
void         tf__test_stage_unref (TfTestStage *self);

guint       tf__test_stage_count (TfTestStage *self,
                                  TfTestCount  what);
gboolean    tf__test_stage_has_ended (TfTestStage *self,
                                      guint        number);
const char *tf__test_stage_get_checkpoint (TfTestStage *self,
                                           guint        number);

/* FALSE: the worker has ended. */
gboolean tf__test_stage_step (TfTestStage *self,
                              guint        number);
/* The number of the first worker that can begin, or that can begin or go on; or G_MAXUINT. */
guint tf__test_stage_find_pending (TfTestStage *self);
guint tf__test_stage_find_ready (TfTestStage *self);
void  tf__test_stage_release (TfTestStage *self);
void  tf__test_stage_checkpoint (const char *name);

TfTestCrew *tf__test_crew_new (TfTestStage *stage,
                               guint        max_workers);
void        tf__test_crew_unref (TfTestCrew *self);
void        tf__test_crew_push (TfTestCrew *self,
                                GObject    *pool,
                                TfPoolFunc  func,
                                gpointer    user_data);
/* Whether the calling thread is a worker of it. */
gboolean tf__test_crew_is_here (TfTestCrew *self);
void     tf__test_crew_release (TfTestCrew *self);
/* FALSE when the time is over. */
gboolean tf__test_crew_wait (TfTestCrew *self,
                             gint64      timeout_us);
