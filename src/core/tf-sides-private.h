/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

/* Every file runs on one side, and its name says which: no suffix = the foreground, the thread that
 * owns the main context; -worker = a background thread; -shared = any thread, the only place for
 * locks and atomics. The marks below let clang hold the first two; other compilers do not know
 * them. */

#if defined(__clang__)
#define TF__ATTR(x) __attribute__ ((x))
#else
#define TF__ATTR(x)
#endif

typedef struct TF__ATTR (capability ("side"))
{
  int unused;
} TfSide;

extern TfSide tf__foreground_side;
extern TfSide tf__worker_side;

#define TF_FOREGROUND TF__ATTR (requires_capability (tf__foreground_side))
#define TF_WORKER     TF__ATTR (requires_capability (tf__worker_side))

/* To be called where the side is known by other means: after a check of the owner, or at the start
 * of a callback that only this side can call. They do nothing at run time. */
static inline void tf__enter_foreground (void) TF__ATTR (assert_capability (tf__foreground_side));
static inline void tf__enter_worker (void) TF__ATTR (assert_capability (tf__worker_side));

static inline void
tf__enter_foreground (void)
{
}

static inline void
tf__enter_worker (void)
{
}

/* What tells the current thread from all others, also from those that have ended; cheaper than g_thread_self(). */
gpointer tf__current_thread (void);
/* In the child of a fork(): its thread is none of those of the parent. */
void tf__forget_thread (void);
/* Whether the current thread is the one in which the process began. Where the system cannot tell, any thread is. */
gboolean tf__is_main_thread (void);

/* A lock is a leaf: who holds one calls nothing that may take another, and no code of the
 * user's. */
typedef struct TF__ATTR (capability ("mutex"))
{
  GMutex mutex;
} TfLock;

#define TF_CALLER_HOLDS(lock) TF__ATTR (requires_capability (lock))

void     tf__lock_init (TfLock *lock);
void     tf__lock_clear (TfLock *lock);
void     tf__lock (TfLock *lock) TF__ATTR (acquire_capability (*lock));
void     tf__unlock (TfLock *lock) TF__ATTR (release_capability (*lock));
void     tf__lock_wait (TfLock *lock,
                        GCond  *cond) TF_CALLER_HOLDS (*lock);
gboolean tf__lock_wait_until (TfLock *lock,
                              GCond  *cond,
                              gint64  deadline_us) TF_CALLER_HOLDS (*lock);

/* Two threads that write next to each other wait for each other's caches. */
#define TF_CACHE_LINE      64
#define TF_CACHE_GAP(name) char name[TF_CACHE_LINE]

/* Atomics, all sequentially consistent unless the name says otherwise; for plain integers of any
 * width and for pointers, which GLib's own cannot do. */
#define tf__load(address)                 __atomic_load_n ((address), __ATOMIC_SEQ_CST)
#define tf__load_relaxed(address)         __atomic_load_n ((address), __ATOMIC_RELAXED)
#define tf__store_relaxed(address, value) __atomic_store_n ((address), (value), __ATOMIC_RELAXED)
#define tf__store_release(address, value) __atomic_store_n ((address), (value), __ATOMIC_RELEASE)
#define tf__store(address, value)         __atomic_store_n ((address), (value), __ATOMIC_SEQ_CST)
#define tf__exchange(address, value)      __atomic_exchange_n ((address), (value), __ATOMIC_SEQ_CST)
#define tf__add(address, value)           __atomic_fetch_add ((address), (value), __ATOMIC_SEQ_CST)
#define tf__sub(address, value)           __atomic_fetch_sub ((address), (value), __ATOMIC_SEQ_CST)
#define tf__or(address, bits)             __atomic_fetch_or ((address), (bits), __ATOMIC_SEQ_CST)
#define tf__and(address, bits)            __atomic_fetch_and ((address), (bits), __ATOMIC_SEQ_CST)
#define tf__cas(address, expected, new_value)                                               \
  __atomic_compare_exchange_n ((address), (expected), (new_value), FALSE, __ATOMIC_SEQ_CST, \
                               __ATOMIC_SEQ_CST)
