/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "core/tf-revive-private.h"
#include "tf-test-support.h"

/* An object that gives itself to its owner when its last reference goes. */

#define TEST_TYPE_PHOENIX (test_phoenix_get_type ())
G_DECLARE_FINAL_TYPE (TestPhoenix, test_phoenix, TEST, PHOENIX, GObject)

struct _TestPhoenix
{
  GObject parent_instance;

  gpointer *place; /* (nullable) [atomic] where the owner looks */
};

G_DEFINE_FINAL_TYPE (TestPhoenix, test_phoenix, G_TYPE_OBJECT)

static void
test_phoenix_dispose (GObject *object)
{
  TestPhoenix *self = TEST_PHOENIX (object);
  gpointer    *place = g_steal_pointer (&self->place);

  if (place != NULL)
    g_atomic_pointer_set (place, g_object_ref (self));

  G_OBJECT_CLASS (test_phoenix_parent_class)->dispose (object);
}

static void
test_phoenix_init (TestPhoenix *self)
{
}

static void
test_phoenix_class_init (TestPhoenixClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = test_phoenix_dispose;
}

typedef struct
{
  gpointer dropped; /* [atomic] for the other thread */
  gpointer revived; /* [atomic] for the owner */
  gint     is_over; /* [atomic] */
} Ends;

static gpointer
run_dropper (gpointer data)
{
  Ends *ends = data;

  while (!g_atomic_int_get (&ends->is_over))
    {
      gpointer object = g_atomic_pointer_get (&ends->dropped);

      if (object == NULL)
        {
          g_thread_yield ();
          continue;
        }

      g_atomic_pointer_set (&ends->dropped, NULL);
      g_object_unref (object);
    }

  return NULL;
}

static void
test_race (void)
{
  Ends         ends = { NULL, NULL, FALSE };
  TfTestRounds rounds = { 0 };
  GThread     *thread = g_thread_new ("dropper", run_dropper, &ends);

  g_test_summary ("Who gave an object up in another thread, which it revived in, is through with it"
                  " when the wait returns.");

  while (tf_test_rounds_next (&rounds, 20000))
    {
      TestPhoenix *phoenix = g_object_new (TEST_TYPE_PHOENIX, NULL);
      gpointer     revived;

      phoenix->place = &ends.revived;
      g_atomic_pointer_set (&ends.dropped, phoenix);
      while ((revived = g_atomic_pointer_get (&ends.revived)) == NULL)
        g_thread_yield ();
      ends.revived = NULL;
      tf__revive_wait (revived);
      g_object_unref (revived);
    }

  g_atomic_int_set (&ends.is_over, TRUE);
  g_thread_join (thread);
}

static void
test_frozen (void)
{
  TestPhoenix *phoenix = g_object_new (TEST_TYPE_PHOENIX, NULL);

  g_test_summary ("An object that somebody else has frozen is not waited for for ever.");

  tf__revive_wait (phoenix);
  g_object_freeze_notify (G_OBJECT (phoenix));
  tf__revive_wait (phoenix);
  g_object_thaw_notify (G_OBJECT (phoenix));
  g_assert_finalize_object (phoenix);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/revive/is-no-race", test_race);
  tf_test_add ("/revive/is-not-for-ever", test_frozen);

  return g_test_run ();
}
