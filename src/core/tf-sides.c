/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "core/tf-sides-private.h"

#ifdef __linux__
#include <sys/syscall.h>
#include <unistd.h>
#endif

/* How often a lock is tried before the kernel is asked to wait: the sections are some ten
 * instructions long, and going to sleep costs the waker a system call. */
#define N_TRIES 50

TfSide tf__foreground_side;
TfSide tf__worker_side;

/* No address: a new thread often has those of one that has ended. */
static gsize               n_threads; /* [atomic] */
static _Thread_local gsize thread_number;

gpointer
tf__current_thread (void)
{
  if (G_UNLIKELY (thread_number == 0))
    thread_number = tf__add (&n_threads, 1) + 1;

  return GSIZE_TO_POINTER (thread_number);
}

void
tf__forget_thread (void)
{
  thread_number = 0;
}

gboolean
tf__is_main_thread (void)
{
#ifdef __linux__
  return syscall (SYS_gettid) == getpid ();
#else
  return TRUE;
#endif
}

void
tf__lock_init (TfLock *lock)
{
  g_mutex_init (&lock->mutex);
}

void
tf__lock_clear (TfLock *lock)
{
  g_mutex_clear (&lock->mutex);
}

/* Leaves the memory of the lock to who holds it for a moment. */
static inline void
relax (void)
{
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause ();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/* The analysis knows the lock by its wrapper only, so the wrappers themselves are left out of
 * it. */
TF__ATTR (no_thread_safety_analysis)
void
tf__lock (TfLock *lock)
{
  for (guint i = 0; i < N_TRIES; i++)
    {
      if (g_mutex_trylock (&lock->mutex))
        return;

      relax ();
    }

  g_mutex_lock (&lock->mutex);
}

TF__ATTR (no_thread_safety_analysis)
void
tf__unlock (TfLock *lock)
{
  g_mutex_unlock (&lock->mutex);
}

TF__ATTR (no_thread_safety_analysis)
void
tf__lock_wait (TfLock *lock,
               GCond  *cond)
{
  g_cond_wait (cond, &lock->mutex);
}

TF__ATTR (no_thread_safety_analysis)
gboolean
tf__lock_wait_until (TfLock *lock,
                     GCond  *cond,
                     gint64  deadline_us)
{
  return g_cond_wait_until (cond, &lock->mutex, deadline_us);
}
