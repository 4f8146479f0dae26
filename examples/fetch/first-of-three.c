/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The same from three servers: the first answer counts, and the others are cancelled.
 */

#include "fetch.h"
#include "server.h"

#define N_MIRRORS 3

static const struct
{
  const char *line;
  gint64      delay_us;
} mirrors[N_MIRRORS] = {
  { "Greetings from the north.", 60 * G_USEC_PER_SEC },
  { "Greetings from the east.", 20 * 1000 },
  { "Greetings from the south.", 60 * G_USEC_PER_SEC },
};

static TfFutureSet *
fetch_first (Server **servers)
{
  TfFuture    *answers[N_MIRRORS];
  TfFutureSet *first;

  for (guint i = 0; i < N_MIRRORS; i++)
    answers[i] = fetch_line (server_get_port (servers[i]));

  first = tf_future_any (answers, N_MIRRORS, TF_FUTURE_SET_FLAGS_CANCEL_REST);
  for (guint i = 0; i < N_MIRRORS; i++)
    g_object_unref (answers[i]);

  return first;
}

static gboolean
print_first (TfFutureSet *first)
{
  g_autoptr (GError) error = NULL;
  g_autofree char   *line = tf_future_dup_string (TF_FUTURE (first), &error);

  if (line == NULL)
    {
      g_printerr ("first-of-three: %s\n", error->message);
      return FALSE;
    }

  g_print ("Mirror %d was first: %s\n", tf_future_set_get_winner (first) + 1, line);
  return TRUE;
}

/* A cancel is over when what was cancelled has ended. */
static void
print_rest (TfFutureSet *first)
{
  for (guint i = 0; i < tf_future_set_get_n_futures (first); i++)
    {
      TfFuture *answer = tf_future_set_get_future (first, i);

      if (tf_future_wait (answer, -1, NULL, NULL) &&
          tf_future_get_state (answer) == TF_FUTURE_STATE_CANCELLED)
        g_print ("Mirror %u was cancelled.\n", i + 1);
    }
}

int
main (void)
{
  Server                 *servers[N_MIRRORS];
  g_autoptr (TfFutureSet) first = NULL;
  gboolean                is_good;

  for (guint i = 0; i < N_MIRRORS; i++)
    servers[i] = server_new (mirrors[i].line, mirrors[i].delay_us);

  first = fetch_first (servers);
  is_good = tf_future_wait (TF_FUTURE (first), -1, NULL, NULL) && print_first (first);
  print_rest (first);

  for (guint i = 0; i < N_MIRRORS; i++)
    server_free (servers[i]);
  return is_good ? 0 : 1;
}
