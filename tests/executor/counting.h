/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tf-test-support.h"

/* To be included once in a program. The functions that are counted are defined here, so that the libraries call these
 * instead of those of libc, GLib and GObject, and these pass the call on. */

typedef struct
{
  gint64 n_allocations;
  gint64 n_locks;
  gint64 n_futex;
  gint64 n_wakeups;
  gint64 n_objects;
} Counts;

/* Sanitizers stand between the libraries and libc themselves, and so does valgrind. */
#if TF_TEST_ADDRESS_SANITIZER || TF_TEST_THREAD_SANITIZER || !defined(__GLIBC__)
#define CAN_COUNT FALSE
#else
#define CAN_COUNT TRUE
#endif

static Counts          all; /* [atomic] */
static __thread Counts mine;

#define COUNT(what)                                      \
  G_STMT_START                                           \
  {                                                      \
    __atomic_add_fetch (&all.what, 1, __ATOMIC_RELAXED); \
    mine.what++;                                         \
  }                                                      \
  G_STMT_END

#if CAN_COUNT
extern void *__libc_malloc (size_t size);
extern void *__libc_calloc (size_t n,
                            size_t size);
extern void *__libc_realloc (void  *memory,
                             size_t size);

static void *
real (const char *name)
{
  void *function = dlsym (RTLD_NEXT, name);

  if (function == NULL)
    {
      fprintf (stderr, "there is no %s()\n", name);
      _exit (1);
    }
  return function;
}

void *
malloc (size_t size)
{
  COUNT (n_allocations);
  return __libc_malloc (size);
}

void *
calloc (size_t n,
        size_t size)
{
  COUNT (n_allocations);
  return __libc_calloc (n, size);
}

void *
realloc (void  *memory,
         size_t size)
{
  COUNT (n_allocations);
  return __libc_realloc (memory, size);
}

/* GMutex and GCond come to the kernel this way. */
long
syscall (long number,
         ...)
{
  static long (*next) (long number, ...);
  long    a[6];
  va_list arguments;

  va_start (arguments, number);
  for (guint i = 0; i < G_N_ELEMENTS (a); i++)
    a[i] = va_arg (arguments, long);
  va_end (arguments);

  if (number == SYS_futex)
    COUNT (n_futex);
  if (next == NULL)
    *(void **) &next = real ("syscall");
  return next (number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* What is written to an eventfd has eight bytes. */
ssize_t
write (int         fd,
       const void *data,
       size_t      size)
{
  static ssize_t (*next) (int fd, const void *data, size_t size);

  if (size == sizeof (guint64))
    COUNT (n_wakeups);
  if (next == NULL)
    *(void **) &next = real ("write");
  return next (fd, data, size);
}

/* However often a lock is tried, it is released once. */
void
g_mutex_unlock (GMutex *mutex)
{
  static void (*next) (GMutex * mutex);

  COUNT (n_locks);
  if (next == NULL)
    *(void **) &next = real ("g_mutex_unlock");
  next (mutex);
}

gpointer
g_object_new (GType       type,
              const char *first,
              ...)
{
  gpointer object;
  va_list  arguments;

  COUNT (n_objects);
  va_start (arguments, first);
  object = g_object_new_valist (type, first, arguments);
  va_end (arguments);
  return object;
}

GObject *
g_object_new_with_properties (GType         type,
                              guint         n,
                              const char   *names[],
                              const GValue *values)
{
  static GObject *(*next) (GType type, guint n, const char *names[], const GValue *values);

  COUNT (n_objects);
  if (next == NULL)
    *(void **) &next = real ("g_object_new_with_properties");
  return next (type, n, names, values);
}
#endif

static gboolean
can_count (void)
{
  const char *preloaded = g_getenv ("LD_PRELOAD");

  if (CAN_COUNT && (preloaded == NULL || strstr (preloaded, "vgpreload") == NULL))
    return TRUE;

  g_test_skip ("nothing can be counted under a sanitizer or valgrind");
  return FALSE;
}

static Counts
get_all (void)
{
  Counts counts;

  counts.n_allocations = __atomic_load_n (&all.n_allocations, __ATOMIC_SEQ_CST);
  counts.n_locks = __atomic_load_n (&all.n_locks, __ATOMIC_SEQ_CST);
  counts.n_futex = __atomic_load_n (&all.n_futex, __ATOMIC_SEQ_CST);
  counts.n_wakeups = __atomic_load_n (&all.n_wakeups, __ATOMIC_SEQ_CST);
  counts.n_objects = __atomic_load_n (&all.n_objects, __ATOMIC_SEQ_CST);
  return counts;
}
