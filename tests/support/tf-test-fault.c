/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define _GNU_SOURCE /* RTLD_NEXT, dladdr(), pipe2() */

#include "tf-test-fault.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <pthread.h>
#include <string.h>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

/* Descriptors and memory fail for callers in the library under test alone. Threads fail for GLib as well, since GLib
 * makes those of the library; but not in g_thread_new(), by which GLib starts threads of its own ("gmain", "gdbus"),
 * and ends the program if it cannot. Likewise GLib ends the program if g_main_context_new() finds no descriptor. */

static gint armed = -1;    /* [atomic] a TfTestFault, or -1 */
static gint n_calls_left;  /* [atomic] until the first one fails */
static gint n_faults_left; /* [atomic] */
static gint n_faults;      /* [atomic] */

void
tf_test_fault_arm (TfTestFault fault,
                   guint       first,
                   guint       n_failures)
{
  g_atomic_int_set (&n_calls_left, (gint) first - 1);
  g_atomic_int_set (&n_faults_left, (gint) n_failures);
  g_atomic_int_set (&n_faults, 0);
  g_atomic_int_set (&armed, (gint) fault);
}

guint
tf_test_fault_disarm (void)
{
  g_atomic_int_set (&armed, -1);
  return (guint) g_atomic_int_get (&n_faults);
}

#if TF_TEST_ADDRESS_SANITIZER || TF_TEST_THREAD_SANITIZER

const char *
tf_test_fault_get_obstacle (void)
{
  return "sanitizers have functions of these names themselves";
}

#else

const char *
tf_test_fault_get_obstacle (void)
{
  return NULL;
}

static gboolean
is_due (TfTestFault fault)
{
  if (g_atomic_int_get (&armed) != (gint) fault || g_atomic_int_add (&n_calls_left, -1) > 0)
    return FALSE;

  if (g_atomic_int_add (&n_faults_left, -1) <= 0)
    return FALSE;

  g_atomic_int_inc (&n_faults);
  return TRUE;
}

static gboolean
is_in_library (const void *address)
{
  Dl_info info;

  return dladdr (address, &info) != 0 && info.dli_fname != NULL &&
         strstr (info.dli_fname, "libtf-1.so") != NULL;
}

/* Whether the caller is GLib's g_thread_new(), called by GLib. */
static gboolean
is_thread_of_glib (void)
{
  void *frames[16];
  int   n = backtrace (frames, G_N_ELEMENTS (frames));

  for (int i = 0; i + 1 < n; i++)
    {
      Dl_info info;

      if (dladdr (frames[i], &info) != 0 && info.dli_sname != NULL &&
          g_str_equal (info.dli_sname, "g_thread_new"))
        return !is_in_library (frames[i + 1]);
    }

  return FALSE;
}

#define REAL(name)                \
  static __typeof__ (name) *real; \
  if (real == NULL)               \
  *(void **) &real = dlsym (RTLD_NEXT, #name)

int
pthread_create (pthread_t            *thread,
                const pthread_attr_t *attributes,
                void *(*start) (void *),
                void *data)
{
  REAL (pthread_create);

  if (g_atomic_int_get (&armed) == TF_TEST_FAULT_THREAD && !is_thread_of_glib () &&
      is_due (TF_TEST_FAULT_THREAD))
    return EAGAIN;

  return real (thread, attributes, start, data);
}

static gboolean
fails_with (TfTestFault fault,
            const void *caller,
            int         number)
{
  if (!is_in_library (caller) || !is_due (fault))
    return FALSE;

  errno = number;
  return TRUE;
}

#define CALLER __builtin_return_address (0)

int
eventfd (unsigned int count,
         int          flags)
{
  REAL (eventfd);

  return fails_with (TF_TEST_FAULT_DESCRIPTOR, CALLER, EMFILE) ? -1 : real (count, flags);
}

int
timerfd_create (clockid_t clock,
                int       flags)
{
  REAL (timerfd_create);

  return fails_with (TF_TEST_FAULT_DESCRIPTOR, CALLER, EMFILE) ? -1 : real (clock, flags);
}

int
epoll_create1 (int flags)
{
  REAL (epoll_create1);

  return fails_with (TF_TEST_FAULT_DESCRIPTOR, CALLER, EMFILE) ? -1 : real (flags);
}

int
socketpair (int domain,
            int type,
            int protocol,
            int fds[2])
{
  REAL (socketpair);

  return fails_with (TF_TEST_FAULT_DESCRIPTOR, CALLER, EMFILE) ? -1
                                                               : real (domain, type, protocol, fds);
}

int
pipe2 (int fds[2],
       int flags)
{
  REAL (pipe2);

  return fails_with (TF_TEST_FAULT_DESCRIPTOR, CALLER, EMFILE) ? -1 : real (fds, flags);
}

int
memfd_create (const char  *name,
              unsigned int flags)
{
  REAL (memfd_create);

  return fails_with (TF_TEST_FAULT_MEMFD, CALLER, EMFILE) ? -1 : real (name, flags);
}

void *
mmap (void  *address,
      size_t length,
      int    protection,
      int    flags,
      int    fd,
      off_t  offset)
{
  REAL (mmap);

  return fails_with (TF_TEST_FAULT_MAP, CALLER, ENOMEM)
           ? MAP_FAILED
           : real (address, length, protection, flags, fd, offset);
}

gpointer
g_try_malloc (gsize size)
{
  REAL (g_try_malloc);

  return fails_with (TF_TEST_FAULT_MEMORY, CALLER, ENOMEM) ? NULL : real (size);
}

gpointer
g_try_malloc0 (gsize size)
{
  REAL (g_try_malloc0);

  return fails_with (TF_TEST_FAULT_MEMORY, CALLER, ENOMEM) ? NULL : real (size);
}

#endif
