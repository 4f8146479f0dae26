/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined(TF_INSIDE) && !defined(TF_COMPILATION)
#error "Only <tf/tf.h> can be included directly."
#endif

#include <gio/gio.h>
#include <tf/tf-version.h>

G_BEGIN_DECLS

typedef struct _TfAwaitable       TfAwaitable;
typedef struct _TfCancelFlag      TfCancelFlag;
typedef struct _TfClock           TfClock;
typedef struct _TfExecutor        TfExecutor;
typedef struct _TfFuture          TfFuture;
typedef struct _TfFutureSet       TfFutureSet;
typedef struct _TfMessage         TfMessage;
typedef struct _TfMessageReceiver TfMessageReceiver;
typedef struct _TfMessageRouter   TfMessageRouter;
typedef struct _TfMessageSender   TfMessageSender;
typedef struct _TfParallelContext TfParallelContext;
typedef struct _TfProcessContext  TfProcessContext;
typedef struct _TfPromise         TfPromise;
typedef struct _TfTask            TfTask;
typedef struct _TfThreadContext   TfThreadContext;
typedef struct _TfThreadRouter    TfThreadRouter;
typedef struct _TfValues          TfValues;
typedef struct _TfWorkerPool      TfWorkerPool;

G_END_DECLS
