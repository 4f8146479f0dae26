/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "post-office.h"

#include "message/tf-call-private.h"

/* Calls of other threads into the owner context. */

#define N_POSTS 20000

typedef struct
{
  TfCall  call; /* first */
  Office *office;
  char    name;
  guint   n_again; /* how often the call asks for itself while it runs */
  gint    n_asked; /* [atomic] */
  gint    n_seen;  /* of the asked, when it last ran */
} Errand;

static guint n_freed;

static void
errand_run (TfCall *call)
{
  Errand *self = (Errand *) call;

  g_string_append_printf (self->office->text, "%c ", self->name);
  if (self->n_again > 0)
    {
      self->n_again--;
      tf__call_post (call);
    }
}

static void
errand_free (TfCall *call)
{
  n_freed++;
  g_free (call);
}

static void
errand_init (Errand    *self,
             Office    *office,
             char       name,
             TfCallFunc free)
{
  *self = (Errand){ .office = office, .name = name };
  tf__call_init (&self->call, &office->dispatcher, errand_run, free);
}

static Errand *
errand_new (Office *office,
            char    name)
{
  Errand *self = g_new (Errand, 1);

  errand_init (self, office, name, errand_free);
  return self;
}

static void
test_turn (void)
{
  Office    office;
  Letterbox box;
  Errand    errand;

  g_test_summary ("A call runs in its turn among the messages, and once however often it is asked "
                  "for.");

  office_init (&office);
  letterbox_init (&box, &office, 'a');
  errand_init (&errand, &office, 'x', NULL);
  tf__call_post (&errand.call);
  tf__pipe_post (&box.pipe, TF_NEWS_STARTED);
  tf__call_post (&errand.call);
  tf_test_drain (office.context);
  office_assert_text (&office, "x a:started ");

  tf__call_post (&errand.call);
  tf_test_drain (office.context);
  office_assert_text (&office, "x ");

  letterbox_clear (&box);
  office_clear (&office);
}

static void
test_again (void)
{
  Office    office;
  Letterbox box;
  Errand    errand;

  g_test_summary ("A call that is asked for while it runs comes again, behind what waits.");

  office_init (&office);
  letterbox_init (&box, &office, 'a');
  errand_init (&errand, &office, 'x', NULL);
  errand.n_again = 2;
  tf__call_post (&errand.call);
  tf__pipe_post (&box.pipe, TF_NEWS_STARTED);
  tf_test_drain (office.context);
  office_assert_text (&office, "x a:started x x ");

  letterbox_clear (&box);
  office_clear (&office);
}

static void
test_freed (void)
{
  Office office;

  g_test_summary ("A call of its own is freed after it has run, and holds the host until then.");

  office_init (&office);
  n_freed = 0;
  tf__call_post_last (&errand_new (&office, 'x')->call);
  tf__call_post_last (&errand_new (&office, 'y')->call);
  g_assert_cmpint (office.n_hosts, >=, 2);
  g_assert_cmpuint (n_freed, ==, 0);
  tf_test_drain (office.context);
  office_assert_text (&office, "x y ");
  g_assert_cmpuint (n_freed, ==, 2);
  office_clear (&office);
}

static void
test_closed (void)
{
  Office office;
  Errand errand;

  g_test_summary ("A call into a dispatcher that is closed does not run, and is freed.");

  office_init (&office);
  errand_init (&errand, &office, 'x', NULL);
  n_freed = 0;
  tf__call_post (&errand.call);
  tf__call_post_last (&errand_new (&office, 'y')->call);
  tf__enter_foreground ();
  tf__dispatcher_drop_all (&office.dispatcher);
  g_assert_cmpuint (n_freed, ==, 1);
  tf__call_post_last (&errand_new (&office, 'z')->call);
  g_assert_cmpuint (n_freed, ==, 2);
  tf_test_drain (office.context);
  office_assert_text (&office, "");
  office_clear (&office);
}

static void
look_at_asked (TfCall *call)
{
  Errand *self = (Errand *) call;

  self->n_seen = tf__load (&self->n_asked);
}

static gpointer
ask_often (gpointer data)
{
  Errand *self = data;

  for (guint i = 0; i < N_POSTS; i++)
    {
      tf__add (&self->n_asked, 1);
      tf__call_post (&self->call);
    }

  return NULL;
}

static void
test_lost (void)
{
  Office   office;
  Errand   errand;
  GThread *threads[2];

  g_test_summary ("Whoever asks for a call is followed by a run that sees what it wrote before.");

  office_init (&office);
  errand_init (&errand, &office, 'x', NULL);
  errand.call.run = look_at_asked;
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("asker", ask_often, &errand);
  while (errand.n_seen < (gint) (G_N_ELEMENTS (threads) * N_POSTS))
    g_main_context_iteration (office.context, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  office_clear (&office);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/call/runs-in-its-turn", test_turn);
  tf_test_add ("/call/again-while-it-runs", test_again);
  tf_test_add ("/call/of-its-own-is-freed", test_freed);
  tf_test_add ("/call/closed-dispatcher", test_closed);
  tf_test_add ("/call/no-request-is-lost", test_lost);

  return g_test_run ();
}
