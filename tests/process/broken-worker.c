/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A worker that does not do what it should. It speaks the protocol by hand, without the library.
 *
 *   broken-worker HOW [FILE]
 *
 * Each start adds a byte to the file. MOMENT/DEATH is a way to go at a moment. N*HOW does that in the first N starts, a
 * digit, and what it should after these. */

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

/* In a job. */
static void
work (const char *how,
      uint64_t    job)
{
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

  if (is (how, "says-it-twice"))
    put_result_twice (job);
  else
    put_result (job);
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
