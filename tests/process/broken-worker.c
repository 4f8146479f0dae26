/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A worker that does not do what it should. It speaks the protocol by hand, without the library.
 *
 *   broken-worker HOW [FILE]
 *
 * Each start adds a byte to the file. MOMENT/DEATH is a way to go at a moment. N*HOW does that in the first N starts, a
 * digit, and what it should after these. */

#define _GNU_SOURCE /* memfd_create() */

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum
{
  JOBS = 3,
  CONTROL = 4,
  HELLO = 1,
  PROGRESS = 2,
  EVENT = 3,
  RESULT = 4,
  ERROR = 5,
  FAILURE = 6,
  READY = 7,
  CANCELLED = 8,
  WITHDRAWN = 9,
  RUN = 33,
  QUIT = 34,
  WITHDRAW = 36,
};

static char token[64];
static int  answers;

static void
put (const void *bytes,
     size_t      size)
{
  if (write (JOBS, bytes, size) != (ssize_t) size)
    _exit (1);
}

/* Little-endian, as all machines that run the tests are. */
static void
put_header (uint32_t size,
            uint16_t type,
            uint16_t flags,
            uint64_t job)
{
  char bytes[16];

  memcpy (bytes, &size, 4);
  memcpy (bytes + 4, &type, 2);
  memcpy (bytes + 6, &flags, 2);
  memcpy (bytes + 8, &job, 8);
  put (bytes, sizeof bytes);
}

static void
put_hello (uint32_t    version,
           const char *spoken)
{
  char     body[128] = { 0 };
  uint32_t pid = (uint32_t) getpid ();
  size_t   token_end = 8 + strlen (spoken) + 1;

  memcpy (body, &version, 4);
  memcpy (body + 4, &pid, 4);
  memcpy (body + 8, spoken, strlen (spoken) + 1);
  memcpy (body + token_end, "0.0", 4);
  body[token_end + 4] = (char) token_end;
  put_header ((uint32_t) token_end + 5, HELLO, 0, 0);
  put (body, token_end + 5);
}

static void
put_ready (void)
{
  put_header (1, READY, 0, 0);
  put ("", 1);
}

/* The result "no value" of a job. */
static void
put_result (uint64_t job)
{
  /* ("", <()>): an empty string, padding to 8, the unit, a null byte, its type, where the string ends. */
  static const char body[] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '(', ')', 1 };

  put_header (sizeof body, RESULT, 0, job);
  put (body, sizeof body);
}

/* What is said twice comes with one read. */
static void
put_result_twice (uint64_t job)
{
  static char bytes[2][29] = { { 13, 0, 0, 0, RESULT }, { 0 } };

  memcpy (bytes[0] + 8, &job, 8);
  memcpy (bytes[0] + 26, "()\1", 3);
  memcpy (bytes[1], bytes[0], sizeof bytes[0]);
  put (bytes, sizeof bytes);
}

/* "(sis)": "g-io-error-quark", 24, "No chair is free." */
static void
put_error (void)
{
  char    body[44] = "g-io-error-quark";
  int32_t code = 24;

  memcpy (body + 20, &code, 4);
  memcpy (body + 24, "No chair is free.", 18);
  body[42] = 17;
  put_header (43, ERROR, 0, 0);
  put (body, 43);
}

/* "(sss)": "Refusal", "No chair is free.", "" */
static void
put_failure (void)
{
  static const char body[29] = "Refusal\0No chair is free.\0\0\x1a\x08";

  put_header (sizeof body, FAILURE, 0, 0);
  put (body, sizeof body);
}

static void
put_progress (uint64_t job,
              int64_t  completed,
              int64_t  total)
{
  char body[16];

  memcpy (body, &completed, 8);
  memcpy (body + 8, &total, 8);
  put_header (sizeof body, PROGRESS, 0, job);
  put (body, sizeof body);
}

static void
get_from (int    fd,
          void  *bytes,
          size_t size)
{
  size_t n = 0;

  while (n < size)
    {
      ssize_t more = read (fd, (char *) bytes + n, size - n);

      if (more <= 0)
        _exit (0);
      n += (size_t) more;
    }
}

static void
get (void  *bytes,
     size_t size)
{
  get_from (JOBS, bytes, size);
}

/* Who asks for jobs back gets none. */
static void
answer (void)
{
  char     header[16];
  char     body[8];
  uint32_t size;
  uint16_t type;
  uint64_t last;

  get_from (CONTROL, header, sizeof header);
  memcpy (&size, header, 4);
  memcpy (&type, header + 4, 2);
  get_from (CONTROL, body, size);
  if (type != WITHDRAW)
    return;

  memcpy (&last, body, 8);
  put_header (1, WITHDRAWN, 0, last);
  put ("", 1);
}

static void
wait_for_job (void)
{
  struct pollfd inputs[] = { { answers ? CONTROL : -1, POLLIN, 0 }, { JOBS, POLLIN, 0 } };

  do
    {
      poll (inputs, 2, -1);
      if (inputs[0].revents & POLLIN)
        answer ();
      else if (inputs[0].revents != 0)
        inputs[0].fd = -1;
    }
  while (inputs[1].revents == 0);
}

/* Whether no thread of the program runs. */
static int
is_program_stopped (void)
{
  char           path[512];
  char           text[512];
  struct dirent *entry;
  int            n_running = 0;
  DIR           *folder;

  snprintf (path, sizeof path, "/proc/%d/task", (int) getppid ());
  folder = opendir (path);
  while (folder != NULL && (entry = readdir (folder)) != NULL)
    {
      ssize_t     n;
      const char *rest;
      int         fd;

      if (entry->d_name[0] == '.')
        continue;

      snprintf (path, sizeof path, "/proc/%d/task/%s/stat", (int) getppid (), entry->d_name);
      fd = open (path, O_RDONLY | O_CLOEXEC);
      n = fd < 0 ? 0 : read (fd, text, sizeof text - 1);
      close (fd);
      text[n < 0 ? 0 : n] = 0;
      rest = strrchr (text, ')');
      n_running += rest != NULL && rest[2] != 'T' && rest[2] != 't';
    }
  if (folder != NULL)
    closedir (folder);

  return folder != NULL && n_running == 0;
}

static void
stop_program (void)
{
  kill (getppid (), SIGSTOP);
  while (!is_program_stopped ())
    sched_yield ();
}

/* Waits for the next job; ends the process when there is none. */
static uint64_t
get_job (void)
{
  char     header[16];
  char     body[65536];
  uint32_t size;
  uint16_t type;
  uint64_t job;

  do
    {
      wait_for_job ();
      get (header, sizeof header);
      memcpy (&size, header, 4);
      memcpy (&type, header + 4, 2);
      memcpy (&job, header + 8, 8);
      get (body, size);
      if (type == QUIT)
        _exit (0);
    }
  while (type != RUN);

  return job;
}

static void
wait_for_ever (void)
{
  for (;;)
    pause ();
}

static int
is (const char *how,
    const char *what)
{
  return strcmp (how, what) == 0;
}

/* Sanitizers have handlers. */
static void
end_by (int number)
{
  signal (number, SIG_DFL);
  raise (number);
}

static void
die_if (const char *how,
        const char *moment)
{
  size_t      n = strlen (moment);
  const char *death = strncmp (how, moment, n) == 0 && how[n] == '/' ? how + n + 1 : NULL;

  if (death == NULL)
    return;
  if (is (death, "segv"))
    end_by (SIGSEGV);
  if (is (death, "abort"))
    end_by (SIGABRT);
  if (is (death, "kill"))
    raise (SIGKILL);
  exit (3);
}

/* Reads a part of the next job, whose argument is larger than all buffers: the program still sends it. */
static void
die_in_argument (const char *how)
{
  char header[16];
  char part[1000];

  if (strncmp (how, "mid-argument/", 13) != 0)
    return;

  get (header, sizeof header);
  for (unsigned i = 0; i < 500; i++)
    get (part, sizeof part);
  die_if (how, "mid-argument");
}

static void
put_half_the_bulk (uint64_t job)
{
  static char half[500000];
  uint64_t    size = 2 * sizeof half;

  put_header (1, RESULT, 1, job);
  put (&size, sizeof size);
  put ("", 1);
  put (half, sizeof half);
}

/* Returns how many there were before. */
static long
count_start (const char *path)
{
  int  fd = open (path, O_WRONLY | O_APPEND | O_CREAT, 0600);
  long n_before;

  if (fd < 0 || write (fd, "x", 1) != 1)
    abort ();
  n_before = (long) lseek (fd, 0, SEEK_END) - 1;
  close (fd);

  return n_before;
}

/* Before a first job. */
static void
begin (const char *how)
{
  die_if (how, "before-hello");
  if (is (how, "exits"))
    {
      fputs ("No luck today.\n", stderr);
      exit (3);
    }
  if (is (how, "is-killed"))
    raise (SIGKILL);
  if (is (how, "is-silent"))
    wait_for_ever ();
  if (is (how, "closes"))
    {
      close (JOBS);
      close (CONTROL);
      wait_for_ever ();
    }
  if (is (how, "talks-first"))
    put_ready ();
  if (is (how, "floods-stderr"))
    for (unsigned i = 0; i < 4096; i++)
      fputs ("This is what a program may well say about a window that cannot be opened.\n", stderr);
  if (is (how, "garbage"))
    put ("What is this all about? What is this all about?", 47);
  if (is (how, "huge"))
    put_header (0xffffffffu, HELLO, 0, 0);
  if (is (how, "half-a-header"))
    {
      put ("abc", 3);
      exit (0);
    }

  put_hello (is (how, "old") ? 99 : 1, is (how, "stranger") ? "0123" : token);
  die_if (how, "after-hello");
  if (is (how, "exits-after-hello"))
    exit (5);
  if (is (how, "refuses"))
    put_error ();
  if (is (how, "raises"))
    put_failure ();
  if (is (how, "refuses") || is (how, "raises"))
    exit (0);
  put_ready ();
}

/* --- What no worker sends --- */

/* Whatever has begun to take it may have ended the connection meanwhile. */
static void
put_all (const void *bytes,
         size_t      size)
{
  const char *rest = bytes;

  while (size > 0)
    {
      ssize_t n = send (JOBS, rest, size, MSG_NOSIGNAL);

      if (n <= 0)
        wait_for_ever ();
      rest += n;
      size -= (size_t) n;
    }
}

static void
put_bulk_header (uint32_t size,
                 uint16_t type,
                 uint16_t flags,
                 uint64_t job,
                 uint64_t bulk_size,
                 int      fd)
{
  union
  {
    struct cmsghdr head;
    char           space[CMSG_SPACE (sizeof (int) * 60)];
  } control = { { 0 } };
  char          bytes[24];
  struct iovec  part = { bytes, (flags & 1) != 0 ? 24 : 16 };
  struct msghdr message = { 0 };

  memcpy (bytes, &size, 4);
  memcpy (bytes + 4, &type, 2);
  memcpy (bytes + 6, &flags, 2);
  memcpy (bytes + 8, &job, 8);
  memcpy (bytes + 16, &bulk_size, 8);
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (fd >= 0)
    {
      message.msg_control = &control;
      message.msg_controllen = CMSG_SPACE (sizeof (int));
      control.head.cmsg_level = SOL_SOCKET;
      control.head.cmsg_type = SCM_RIGHTS;
      control.head.cmsg_len = CMSG_LEN (sizeof (int));
      memcpy (CMSG_DATA (&control.head), &fd, sizeof fd);
    }
  if (sendmsg (JOBS, &message, MSG_NOSIGNAL) < 0)
    wait_for_ever ();
}

/* ("GVariant", <"av">): the name, the type of the bulk with its own type behind it, and where the name ends. */
static size_t
make_bulk_body (char       *body,
                const char *name,
                const char *type)
{
  size_t name_size = strlen (name) + 1;
  size_t n = (name_size + 7) / 8 * 8;

  memset (body, 0, 64);
  memcpy (body, name, name_size);
  memcpy (body + n, type, strlen (type) + 1);
  n += strlen (type) + 1;
  body[n++] = 0;
  body[n++] = 's';
  body[n++] = (char) name_size;
  return n;
}

static void
put_bulk (uint64_t    job,
          const char *name,
          const char *type,
          const void *data,
          uint64_t    size)
{
  char   body[64];
  size_t n = make_bulk_body (body, name, type);

  put_bulk_header ((uint32_t) n, RESULT, 1, job, size, -1);
  put_all (body, n);
  if (data != NULL)
    put_all (data, size);
}

static void
put_fd (uint64_t job,
        uint64_t size,
        int      fd)
{
  char   body[64];
  size_t n = make_bulk_body (body, "GBytes", "ay");

  put_bulk_header ((uint32_t) n, RESULT, 3, job, size, fd);
  put_all (body, n);
  close (fd);
}

static int
make_memfd (size_t size,
            int    seals)
{
  int fd = memfd_create ("broken", MFD_CLOEXEC | MFD_ALLOW_SEALING);

  if (fd < 0 || ftruncate (fd, (off_t) size) != 0 || fcntl (fd, F_ADD_SEALS, seals) != 0)
    _exit (1);
  return fd;
}

/* An array whose offsets are all the same: read without trust, each of its elements begins at the beginning. */
static void
put_slow_bulk (uint64_t job,
               size_t   size)
{
  char    *data = calloc (1, size);
  uint32_t end = (uint32_t) size / 2;

  for (size_t i = size / 2; data != NULL && i + 4 <= size; i += 4)
    memcpy (data + i, &end, 4);
  put_bulk (job, "GVariant", "av", data, size);
  free (data);
}

/* Variants inside each other, beside the name of their type. */
static void
put_deep_result (uint64_t job,
                 unsigned depth)
{
  static char body[4096];
  size_t      n = 16;

  memcpy (body, "GVariant", 9);
  memcpy (body + n, "\0\0()", 4);
  n += 4;
  for (unsigned i = 0; i < depth; i++)
    {
      memcpy (body + n, "\0v", 2);
      n += 2;
    }
  memcpy (body + n, "\0\0mv", 4);
  n += 4;
  body[n++] = 9;
  /* More than 255 bytes have offsets of two. */
  if (n > 255)
    body[n++] = 0;
  put_header ((uint32_t) n, RESULT, 0, job);
  put_all (body, n);
}

/* ("TfFutureState", <123456>) */
static void
put_no_number (uint64_t job)
{
  char    body[32] = "TfFutureState";
  int32_t number = 123456;

  memcpy (body + 16, &number, 4);
  memcpy (body + 20, "\0i\16", 3);
  put_header (23, RESULT, 0, job);
  put (body, 23);
}

/* "(sis)": the domain, a code, and a text of so many bytes. */
static void
put_long_error (uint64_t job,
                size_t   size)
{
  char  *body = calloc (1, size + 64);
  size_t n = 24;

  if (body == NULL)
    _exit (1);
  memcpy (body, "g-io-error-quark", 17);
  memset (body + n, 'x', size);
  n += size + 1;
  body[n] = 17;
  n += n + 1 <= 255 ? 1 : n + 2 <= 65535 ? 2
                                         : 4;
  put_header ((uint32_t) n, ERROR, 0, job);
  put_all (body, n);
  free (body);
}

/* "(ys(sv))": a road, a kind, the number 1. */
static void
put_event (uint64_t    job,
           char        road,
           const char *kind)
{
  static const char number[] = "gint\0\0\0\0\1\0\0\0\0i\5";

  char   body[128] = { road };
  size_t kind_end = 1 + strlen (kind) + 1;
  size_t n = (kind_end + 7) / 8 * 8;

  memcpy (body + 1, kind, strlen (kind));
  memcpy (body + n, number, sizeof number - 1);
  n += sizeof number - 1;
  body[n++] = (char) kind_end;
  put_header ((uint32_t) n, EVENT, 0, job);
  put_all (body, n);
}

static void
put_empty (uint16_t type,
           uint64_t job)
{
  put_header (1, type, 0, job);
  put_all ("", 1);
}

/* Returns whether it was one of them. The job has no other end. */
static int
be_hostile (const char *how,
            uint64_t    job)
{
  char text[64];

  memset (text, 'x', sizeof text);
  if (is (how, "slow-bulk"))
    put_slow_bulk (job, 1024 * 1024);
  else if (is (how, "zeros"))
    put_bulk (job, "GVariant", "av", memset (text, 0, sizeof text), sizeof text);
  else if (is (how, "abnormal-texts"))
    put_bulk (job, "GVariant", "as", text, sizeof text);
  else if (is (how, "no-type"))
    put_bulk (job, "GVariant", "(((", text, sizeof text);
  else if (is (how, "huge-value"))
    put_bulk (job, "GBytes", "ay", NULL, (uint64_t) 1 << 40);
  else if (is (how, "too-huge-value"))
    put_bulk (job, "GBytes", "ay", NULL, ((uint64_t) 1 << 40) + 1);
  else if (is (how, "huge-body"))
    put_header (64u << 20, RESULT, 0, job);
  else if (is (how, "too-huge-body"))
    put_header ((64u << 20) + 1, RESULT, 0, job);
  else if (is (how, "holes"))
    put_fd (job, (uint64_t) 100 << 30,
            make_memfd ((size_t) 100 << 30, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE));
  else if (is (how, "unsealed"))
    put_fd (job, 4096, make_memfd (4096, 0));
  else if (is (how, "short-memfd"))
    put_fd (job, 4096, make_memfd (100, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE));
  else if (is (how, "device"))
    put_fd (job, 4096, open ("/dev/zero", O_RDONLY | O_CLOEXEC));
  else if (is (how, "fd-without-frame"))
    put_bulk_header (13, RESULT, 0, job, 0, JOBS);
  else if (is (how, "fd-is-missing"))
    put_bulk_header (13, RESULT, 3, job, 4096, -1);
  else if (is (how, "deep"))
    put_deep_result (job, 65);
  else if (is (how, "deeper"))
    put_deep_result (job, 200);
  else if (is (how, "no-number"))
    put_no_number (job);
  else if (is (how, "long-error"))
    put_long_error (job, 64 * 1024 + 1);
  else if (is (how, "longer-error"))
    put_long_error (job, 60 * 1024 * 1024);
  else if (is (how, "no-road"))
    put_event (job, 3, "kind");
  else if (is (how, "withdraws"))
    put_empty (WITHDRAWN, job);
  else if (is (how, "ready-again"))
    put_empty (READY, 0);
  else
    return 0;

  wait_for_ever ();
  return 1;
}

/* What is strange, and allowed. */
static void
be_odd (const char *how,
        uint64_t    job)
{
  if (is (how, "many-cancels"))
    for (unsigned i = 0; i < 1000; i++)
      put_empty (CANCELLED, job);
  if (is (how, "many-kinds"))
    for (unsigned i = 0; i < 3000; i++)
      {
        char kind[32];

        snprintf (kind, sizeof kind, "kind-%u", i);
        put_event (job, 2, kind);
      }
  if (is (how, "empty-kind"))
    put_event (job, 2, "");
  if (is (how, "endless-progress"))
    for (int64_t i = 0;; i++)
      {
        char bytes[32] = { 16, 0, 0, 0, PROGRESS };

        memcpy (bytes + 8, &job, 8);
        memcpy (bytes + 16, &i, 8);
        put_all (bytes, sizeof bytes);
      }
  if (is (how, "endless-events"))
    for (;;)
      put_event (job, 1, "");
  if (is (how, "deepest-allowed"))
    {
      put_deep_result (job, 63);
      get_job ();
    }
  if (is (how, "longest-error"))
    {
      put_long_error (job, 64 * 1024);
      get_job ();
    }
  if (is (how, "closes-control"))
    close (CONTROL);
}

/* In a job. */
static void
work (const char *how,
      uint64_t    job)
{
  if (be_hostile (how, job))
    return;
  be_odd (how, job);
  if (is (how, "exits-in-job"))
    exit (6);
  if (is (how, "garbage-in-job"))
    put ("What is this all about? What is this all about?", 47);
  if (is (how, "wrong-job"))
    put_result (job + 1);
  if (is (how, "hello-in-job"))
    put_hello (1, token);
  if (is (how, "half-a-frame"))
    {
      put_header (100, EVENT, 0, job);
      put ("abc", 3);
      exit (0);
    }
  if (is (how, "half-the-bulk") || strncmp (how, "mid-bulk/", 9) == 0)
    {
      put_half_the_bulk (job);
      die_if (how, "mid-bulk");
      exit (0);
    }
  if (is (how, "odd-progress"))
    {
      put_progress (job, -5, -7);
      put_progress (job, INT64_MAX / 2, 1);
    }
  if (is (how, "closes-in-job"))
    {
      close (JOBS);
      wait_for_ever ();
    }
  if (is (how, "stays"))
    wait_for_ever ();

  /* Long enough for the program to want back what it has sent ahead. */
  if (is (how, "keeps-all") && job == 40)
    poll (NULL, 0, 50);

  if (is (how, "stops-program"))
    stop_program ();
  if (is (how, "says-it-twice"))
    put_result_twice (job);
  else
    put_result (job);
  if (is (how, "stops-program"))
    kill (getppid (), SIGCONT);
  if (is (how, "talks-when-idle"))
    put_progress (job, 1, 1);
  if (is (how, "exits-when-idle"))
    exit (8);
}

int
main (int    argc,
      char **argv)
{
  const char *request = getenv ("TF_WORKER");
  const char *how = argv[1];
  long        n_before = 0;

  if (argc < 2 || request == NULL || strrchr (request, ':') == NULL)
    return 64;

  strncpy (token, strrchr (request, ':') + 1, sizeof token - 1);
  if (argc > 2)
    n_before = count_start (argv[2]);
  if (how[1] == '*')
    how = n_before < how[0] - '0' ? how + 2 : "works";
  answers = !is (how, "keeps-all");

  begin (how);
  die_in_argument (how);
  for (;;)
    work (how, get_job ());
}
