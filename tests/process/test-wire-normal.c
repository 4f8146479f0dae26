/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tf-test-support.h"

#include "process/tf-wire-private.h"

#include <string.h>

/* The check of serialised variants, which GLib reads as trusted after it: so it must not pass anything that GLib's own
 * check refuses. */

static const char *
check (const char   *type,
       gconstpointer data,
       gsize         size)
{
  return tf__wire_check (type, data, size, TF_WIRE_MAX_DEPTH, NULL);
}

static gboolean
is_normal_to_glib (const char   *type,
                   gconstpointer data,
                   gsize         size)
{
  g_autoptr (GBytes)   bytes = g_bytes_new (data, size);
  g_autoptr (GVariant) variant = NULL;

  variant = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (type), bytes, FALSE));
  return g_variant_is_normal_form (variant);
}

/* Whether both say the same. */
static void
compare (const char   *type,
         gconstpointer data,
         gsize         size)
{
  const char *fault = check (type, data, size);

  if ((fault == NULL) == is_normal_to_glib (type, data, size))
    return;

  /* GLib has nothing against them. */
  if (fault != NULL && (strstr (fault, "handles") != NULL || strstr (fault, "deep") != NULL))
    return;

  g_error ("%" G_GSIZE_FORMAT " bytes of type %s: %s", size, type,
           fault == NULL ? "only GLib refuses them" : fault);
}

/* A variant with something of everything. */
static GVariant *
make_sample (guint n)
{
  static const char *const texts[] = {
    "@ay []",
    "[true, false]",
    "@a(bi) [(true, 1), (false, 2)]",
    "@a() [(), ()]",
    "@aay [[1], [], [2, 3]]",
    "['', 'a', 'longer']",
    "{'a': <1>, 'b': <'x'>, 'c': <@av [<true>, <(1, 's', [@d 1.0])>]>}",
    "(@y 1, 'a', @t 2, 'b', @n 3, @mi 4, @mv <'x'>, @ms nothing)",
    "@a(ybnqiuxtds) [(1, true, 2, 3, 4, 5, 6, 7, 8.0, 's')]",
    "(objectpath '/a/b', signature 'a{sv}')",
    "<<<<(1, <'a'>)>>>>",
    "@amas [['a'], nothing, []]",
    "@mmmi just just 1",
    "@a{yx} {1: 2, 3: 4}",
    "@a{sas} {'a': ['b'], '': []}",
    "((), @as [], ((), (@x 1, @y 2)), @y 3)",
    "({'a', <1>}, {@y 1, @y 2}, @m{is} {1, ''})",
  };
  g_autoptr (GError) error = NULL;
  GVariant          *sample =
    g_variant_parse (NULL, texts[n % G_N_ELEMENTS (texts)], NULL, NULL, &error);

  g_assert_no_error (error);
  return sample;
}

#define N_SAMPLES 17

static void
test_samples (void)
{
  g_test_summary ("Variants of each kind pass, and no longer when they are cut off.");

  for (guint n = 0; n < N_SAMPLES; n++)
    {
      g_autoptr (GVariant) sample = make_sample (n);
      const char          *type = g_variant_get_type_string (sample);
      const guint8        *data = g_variant_get_data (sample);
      gsize                size = g_variant_get_size (sample);

      g_assert_cmpstr (check (type, data, size), ==, NULL);
      for (gsize n_left = 0; n_left < size; n_left++)
        compare (type, data, n_left);
    }
}

static void
test_sizes (void)
{
  g_test_summary ("Offsets of each size pass, and only the smallest that are enough.");

  for (guint n = 1; n < 300; n++)
    {
      g_autofree guint8 *data = g_malloc0 (4 * n + 8);

      /* Empty texts, with offsets of all sizes behind them. */
      for (gsize offset_size = 1; offset_size <= 4; offset_size *= 2)
        {
          gsize size = n;

          memset (data, 0, 4 * n + 8);
          for (guint i = 1; i <= n && size + offset_size <= 4 * n + 8; i++)
            {
              const guint32 end = GUINT32_TO_LE (i);

              memcpy (data + size, &end, offset_size);
              size += offset_size;
            }
          compare ("as", data, size);
        }
    }
}

static void
test_mutants (void)
{
  GRand *rand = tf_test_rand_new ();

  g_test_summary ("GLib says the same of variants of which some bytes are others.");

  for (guint i = 0; i < tf_test_scale (200000); i++)
    {
      g_autoptr (GVariant) sample = make_sample ((guint) g_rand_int_range (rand, 0, N_SAMPLES));
      gsize                size = g_variant_get_size (sample);
      guint8               data[256];

      g_assert_cmpuint (size, <=, sizeof data);
      g_variant_store (sample, data);
      for (gint32 n = g_rand_int_range (rand, 1, 4); n > 0 && size > 0; n--)
        data[g_rand_int_range (rand, 0, (gint32) size)] =
          (guint8) g_rand_int_range (rand, 0, g_rand_boolean (rand) ? 32 : 256);
      compare (g_variant_get_type_string (sample), data, size);
    }

  g_rand_free (rand);
}

static void
test_types (void)
{
  static const char *const none[] = {
    "",
    "a",
    "m",
    "(",
    "(i",
    "i)",
    "ii",
    "a{sv",
    "a{vs}",
    "a{s}",
    "a{sss}",
    "a{(i)s}",
    "r",
    "*",
    "?",
    "a?",
    "z",
    "a{}",
  };

  g_test_summary ("A type that is not definite is refused, and so are handles, without any bytes.");

  for (guint i = 0; i < G_N_ELEMENTS (none); i++)
    {
      g_assert_false (g_variant_type_string_is_valid (none[i]) &&
                      g_variant_type_is_definite (G_VARIANT_TYPE (none[i])));
      g_assert_cmpstr (check (none[i], "\0\0\0\0", 4), !=, NULL);
    }
  g_assert_cmpstr (check ("ah", NULL, 0), !=, NULL);
  g_assert_cmpstr (check ("a(sa{sh})", NULL, 0), !=, NULL);
  g_assert_cmpstr (check ("v", "\1\0\0\0\0h", 6), !=, NULL);
  g_assert_cmpstr (check ("av", "\1\0\0\0\0h\6", 7), !=, NULL);
}

static void
test_depth (void)
{
  g_autofree char *arrays = g_strnfill (TF_WIRE_MAX_DEPTH + 1, 'a');
  g_autofree char *type = g_strconcat (arrays, "i", NULL);

  g_test_summary ("Containers are counted by depth, in types and in variants inside each other.");

  g_assert_cmpstr (check (type, NULL, 0), !=, NULL);
  g_assert_cmpstr (check (type + 1, NULL, 0), ==, NULL);

  for (guint depth = 1; depth < 2 * TF_WIRE_MAX_DEPTH; depth++)
    {
      g_autoptr (GVariant) nest = NULL;
      GVariant            *inside = g_variant_new_int32 (1);

      for (guint i = 0; i < depth; i++)
        inside = i % 2 == 0 ? g_variant_new_variant (inside) : g_variant_new_tuple (&inside, 1);
      nest = g_variant_ref_sink (inside);
      g_assert_cmpint (check (g_variant_get_type_string (nest), g_variant_get_data (nest),
                              g_variant_get_size (nest)) == NULL,
                       ==, depth <= TF_WIRE_MAX_DEPTH);
    }
}

/* How much work a check is */

typedef struct
{
  gsize n_asked;
  gsize last; /* the question that is answered with yes, from 1; 0 for none */
} Questions;

static gboolean
is_unwanted (gpointer data)
{
  Questions *questions = data;

  return ++questions->n_asked == questions->last;
}

/* The check asks after so many steps. */
#define STEPS 4096

static const char *
count (const char   *type,
       gconstpointer data,
       gsize         size,
       Questions    *questions)
{
  const TfWireStop stop = { is_unwanted, questions };

  return tf__wire_check (type, data, size, TF_WIRE_MAX_DEPTH, &stop);
}

static void
assert_linear (const char   *type,
               gconstpointer data,
               gsize         size)
{
  Questions questions = { 0 };

  count (type, data, size, &questions);
  g_assert_cmpuint (questions.n_asked, <=, 2 * size / STEPS + 1);
}

static void
test_large (void)
{
  Questions            questions = { 0 };
  GVariantBuilder      builder;
  g_autoptr (GVariant) variant = NULL;

  g_test_summary ("A check of many variants takes a step or two for each, and can be stopped.");

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{sv}"));
  for (guint i = 0; i < 100 * 1000; i++)
    {
      char name[20];

      g_snprintf (name, sizeof name, "key%u", i);
      g_variant_builder_add (&builder, "{sv}", name, g_variant_new_int32 ((gint32) i));
    }
  variant = g_variant_ref_sink (g_variant_builder_end (&builder));
  g_assert_cmpstr (count ("a{sv}", g_variant_get_data (variant), g_variant_get_size (variant),
                          &questions),
                   ==, NULL);
  /* The entry, the name and the variant. */
  g_assert_cmpuint (questions.n_asked, ==, (3 * 100 * 1000 + 1) / STEPS);

  questions = (Questions){ .last = 3 };
  g_assert_true (tf__wire_is_stopped (count ("a{sv}", g_variant_get_data (variant),
                                             g_variant_get_size (variant), &questions)));
  g_assert_cmpuint (questions.n_asked, ==, 3);
}

static void
test_hostile (void)
{
  const gsize        size = 1024 * 1024;
  g_autofree guint8 *data = g_malloc0 (size);
  g_autofree char   *members = g_strnfill (TF_WIRE_MAX_TYPE - 10, 'i');
  g_autofree char   *type = g_strdup_printf ("a(ma(%s))", members);
  g_autofree char   *long_type = g_strdup_printf ("(ii%sii)", members);
  g_autofree char   *too_long = g_strdup_printf ("(iiii%siiiiii)", members);

  g_test_summary ("No bytes make a check take more steps than there are bytes.");

  /* Zeros: each offset begins at the beginning. */
  assert_linear ("av", data, size);
  assert_linear ("as", data, size);
  assert_linear ("aas", data, size);
  assert_linear ("a(sv)", data, size);
  assert_linear ("ab", data, size);
  assert_linear ("a()", data, size);

  /* Offsets that all end at the same place, with a type that is long, and of which nothing is there. */
  for (gsize place = size / 2; place < size; place += 4)
    {
      const guint32 end = GUINT32_TO_LE ((guint32) size / 2);

      memcpy (data + place, &end, sizeof end);
    }
  assert_linear ("av", data, size);
  assert_linear ("aas", data, size);
  assert_linear (type, data, size);

  /* Variants without a type behind them. */
  memset (data, 'v', size);
  assert_linear ("v", data, size);
  assert_linear ("av", data, size);
  for (gsize place = 0; place < size; place += 2)
    data[place] = 0;
  assert_linear ("v", data, size);

  g_assert_cmpstr (check (long_type, NULL, 0), !=, NULL);
  g_assert_nonnull (strstr (check (too_long, NULL, 0), "too long"));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/wire-normal/samples/pass", test_samples);
  tf_test_add ("/wire-normal/offsets/are-the-smallest", test_sizes);
  tf_test_add ("/wire-normal/mutants/are-told-apart", test_mutants);
  tf_test_add ("/wire-normal/types/are-definite", test_types);
  tf_test_add ("/wire-normal/depth/is-counted", test_depth);
  tf_test_add ("/wire-normal/large/is-linear-and-stops", test_large);
  tf_test_add ("/wire-normal/hostile/is-linear", test_hostile);

  return g_test_run ();
}
