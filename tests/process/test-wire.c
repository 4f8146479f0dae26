/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tf-test-support.h"

#include "frames.h"

#include <string.h>

/* What may be sent in each frame: so that the table in the library cannot drift. */
static const SampleFrame *
find_sample (guint type)
{
  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
    if (samples[i].type == type)
      return &samples[i];

  return NULL;
}

static gboolean
unpack (const TfFrameHeader *header,
        TfWireEnd            end,
        TfFrameHeader       *there)
{
  guint8             bytes[TF_WIRE_HEADER_SIZE + TF_WIRE_BULK_SIZE];
  g_autoptr (GError) error = NULL;
  gboolean           is_fine;

  tf__wire_pack_header (header, bytes);
  is_fine = tf__wire_unpack_header (bytes, end, there, &error);
  g_assert_cmpint (is_fine, ==, error == NULL);
  if (!is_fine)
    g_assert_error (error, TF_ERROR, TF_ERROR_PROTOCOL);
  return is_fine;
}

static TfFrameHeader
make_header (const SampleFrame *sample)
{
  return (TfFrameHeader){
    .body_size = strcmp (sample->body, "()") == 0 ? 1 : 77,
    .type = (guint16) sample->type,
    .job = sample->job,
  };
}

static void
test_header_bytes (void)
{
  const guint8 small[] = { 4, 3, 2, 1, 2, 0, 0, 0, 8, 7, 6, 5, 4, 3, 2, 1 };
  const guint8 large[] = {
    1, 0, 0, 0, 33, 0, 3, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0
  };
  guint8 bytes[TF_WIRE_HEADER_SIZE + TF_WIRE_BULK_SIZE];

  g_test_summary ("The bytes of a header are those that the page says, on every machine.");

  g_assert_cmpmem (
    bytes,
    tf__wire_pack_header (&(TfFrameHeader){ 0x01020304, 2, 0, 0x0102030405060708, 0 }, bytes),
    small, sizeof small);
  g_assert_cmpmem (bytes,
                   tf__wire_pack_header (&(TfFrameHeader){ 1, 33, 3, 1, 65536 }, bytes),
                   large, sizeof large);
}

static void
test_header_types (void)
{
  g_test_summary (
    "Each type of frame is taken at its own end, and nowhere else; there are no others.");

  for (guint type = 0; type <= G_MAXUINT16; type++)
    {
      const SampleFrame *sample = find_sample (type);
      TfFrameHeader      there;

      for (guint end = TF_WIRE_TO_PROGRAM; end <= TF_WIRE_TO_WORKER_CONTROL; end++)
        {
          TfFrameHeader header = { .body_size = 1, .type = (guint16) type, .job = 1 };

          if (sample != NULL)
            header = make_header (sample);
          g_assert_cmpint (unpack (&header, (TfWireEnd) end, &there), ==,
                           sample != NULL && sample->end == end);
        }
    }
}

static void
test_header_jobs (void)
{
  g_test_summary ("What belongs to a job has its number, and what belongs to none has none.");

  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      TfFrameHeader header = make_header (&samples[i]);
      TfFrameHeader there;
      gboolean      is_either = header.type == TF_FRAME_ERROR || header.type == TF_FRAME_FAILURE;

      header.job = samples[i].job == 0 ? 9 : 0;
      g_assert_cmpint (unpack (&header, samples[i].end, &there), ==, is_either);
    }
}

static void
test_header_flags (void)
{
  g_test_summary ("Flags that are not known, or that do not fit the frame, are refused.");

  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
    for (guint flags = 0; flags <= G_MAXUINT16; flags++)
      {
        gboolean is_bulk =
          flags == TF_FRAME_HAS_BULK || flags == (TF_FRAME_HAS_BULK | TF_FRAME_BULK_IS_FD);
        TfFrameHeader header = make_header (&samples[i]);
        TfFrameHeader there;

        header.flags = (guint16) flags;
        header.bulk_size = 1;
        g_assert_cmpint (unpack (&header, samples[i].end, &there), ==,
                         flags == 0 || (is_bulk && samples[i].may_have_bulk));
      }
}

static void
test_header_sizes (void)
{
  g_test_summary ("Sizes that no body can have are refused before anything is read.");

  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      const guint32 sizes[] = { 0, 1, 2, TF_WIRE_MAX_BODY, TF_WIRE_MAX_BODY + 1, G_MAXUINT32 };
      gboolean      is_empty = strcmp (samples[i].body, "()") == 0;
      TfFrameHeader header = make_header (&samples[i]);
      TfFrameHeader there;

      for (gsize n = 0; n < G_N_ELEMENTS (sizes); n++)
        {
          header.body_size = sizes[n];
          g_assert_cmpint (unpack (&header, samples[i].end, &there), ==,
                           sizes[n] == 1 ||
                             (!is_empty && sizes[n] > 0 && sizes[n] <= TF_WIRE_MAX_BODY));
        }
    }
}

static void
test_bulk_sizes (void)
{
  const guint64 sizes[] = { 0, 1, TF_WIRE_MAX_BULK, TF_WIRE_MAX_BULK + 1, G_MAXUINT64 };

  g_test_summary ("The size of bulk is neither nothing nor beyond the limit.");

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      guint8             bytes[TF_WIRE_HEADER_SIZE + TF_WIRE_BULK_SIZE];
      TfFrameHeader      header = { 1, TF_FRAME_RESULT, TF_FRAME_HAS_BULK, 1, sizes[i] };
      TfFrameHeader      there;
      g_autoptr (GError) error = NULL;

      g_assert_cmpuint (tf__wire_pack_header (&header, bytes), ==, sizeof bytes);
      g_assert_true (tf__wire_unpack_header (bytes, TF_WIRE_TO_PROGRAM, &there, NULL));
      g_assert_cmpuint (there.bulk_size, ==, 0);
      if (sizes[i] >= 1 && sizes[i] <= TF_WIRE_MAX_BULK && sizes[i] <= G_MAXSSIZE)
        {
          g_assert_true (tf__wire_unpack_bulk_size (bytes + TF_WIRE_HEADER_SIZE, &there, &error));
          g_assert_cmpuint (there.bulk_size, ==, sizes[i]);
        }
      else
        {
          g_assert_false (tf__wire_unpack_bulk_size (bytes + TF_WIRE_HEADER_SIZE, &there, &error));
          g_assert_error (error, TF_ERROR, TF_ERROR_PROTOCOL);
        }
    }
}

static void
test_round_trip (void)
{
  g_test_summary ("Each frame arrives as it was.");

  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_autoptr (GByteArray) bytes = make_sample_bytes (&samples[i]);
      g_autoptr (GVariant)   body = make_sample_body (&samples[i]);
      g_autoptr (GVariant)   there = NULL;
      g_autoptr (GBytes)     rest = NULL;
      g_autoptr (GError)     error = NULL;
      TfFrameHeader          header;

      tf__wire_unpack_header (bytes->data, samples[i].end, &header, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (header.type, ==, samples[i].type);
      g_assert_cmpuint (header.flags, ==, 0);
      g_assert_cmpuint (header.job, ==, samples[i].job);
      g_assert_cmpuint (header.body_size, ==, bytes->len - TF_WIRE_HEADER_SIZE);
      rest = g_bytes_new (bytes->data + TF_WIRE_HEADER_SIZE, header.body_size);
      there = tf__wire_unpack_body (&header, rest, &error);
      g_assert_no_error (error);
      g_assert_false (g_variant_is_floating (there));
      g_assert_cmpvariant (there, body);
    }
}

static void
assert_unreadable (TfFrameType   type,
                   gconstpointer data,
                   gsize         size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GError) error = NULL;
  TfFrameHeader      header = { .body_size = (guint32) size, .type = (guint16) type };

  g_assert_null (tf__wire_unpack_body (&header, bytes, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_PROTOCOL);
}

static void
test_cut_off (void)
{
  g_test_summary ("A body that is cut off at any byte, or too long, is refused.");

  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_autoptr (GByteArray) bytes = make_sample_bytes (&samples[i]);
      gsize                  size = bytes->len - TF_WIRE_HEADER_SIZE;

      for (gsize n = 0; n < size; n++)
        {
          /* A shorter array may be left, or no text. */
          if (samples[i].type == TF_FRAME_CONFIGURE || samples[i].type == TF_FRAME_PROGRESS)
            continue;
          assert_unreadable (samples[i].type, bytes->data + TF_WIRE_HEADER_SIZE, n);
        }

      g_byte_array_append (bytes, (const guint8 *) "\1", 1);
      assert_unreadable (samples[i].type, bytes->data + TF_WIRE_HEADER_SIZE, size + 1);
    }
}

/* Takes the body, which is written down as it is. */
static void
assert_body_refused (TfFrameType type,
                     GVariant   *body)
{
  g_autoptr (GVariant) own = g_variant_ref_sink (body);

  assert_unreadable (type, g_variant_get_data (own), g_variant_get_size (own));
}

static GVariant *
make_nest (guint depth)
{
  GVariant *nest = g_variant_new_int32 (1);

  for (guint i = 0; i < depth; i++)
    nest = g_variant_new_variant (nest);
  return nest;
}

static void
test_bad_bodies (void)
{
  const guint8 two[] = { 2, 0 };
  GVariant    *handle =
    g_variant_new ("(sv)", "GVariant", g_variant_new_variant (g_variant_new_handle (1)));

  g_test_summary (
    "Bodies of another type, with handles, nested too deeply or not in normal form are refused.");

  assert_body_refused (TF_FRAME_ERROR, g_variant_new ("(ssi)", "a", "b", 1));
  assert_body_refused (TF_FRAME_FAILURE, g_variant_new ("(ii)", 1, 2));
  assert_body_refused (TF_FRAME_RESULT, handle);
  assert_body_refused (TF_FRAME_RESULT,
                       g_variant_new ("(sv)", "x", g_variant_new ("(iah)", 1, NULL)));
  assert_body_refused (TF_FRAME_RESULT, g_variant_new ("(sv)", "x", make_nest (200)));
  assert_unreadable (TF_FRAME_READY, "\1", 1);
  assert_unreadable (TF_FRAME_READY, two, 2);
  assert_unreadable (TF_FRAME_FAILURE, "a\0\377\0c\0\4\2", 8);
  assert_unreadable (10, "", 1);
  assert_unreadable (60000, "", 1);
}

/* Random bytes, and frames of which some bytes are others. */
static void
try_bytes (const guint8 *data,
           gsize         size)
{
  TfFrameHeader header;

  for (guint end = TF_WIRE_TO_PROGRAM; end <= TF_WIRE_TO_WORKER_CONTROL; end++)
    {
      g_autoptr (GBytes) rest =
        g_bytes_new (data + TF_WIRE_HEADER_SIZE, size - TF_WIRE_HEADER_SIZE);
      g_autoptr (GVariant) body = NULL;
      g_autoptr (GError)   error = NULL;

      if (tf__wire_unpack_header (data, (TfWireEnd) end, &header, &error))
        body = tf__wire_unpack_body (&header, rest, &error);
      if (body == NULL)
        g_assert_error (error, TF_ERROR, TF_ERROR_PROTOCOL);
      else
        {
          g_autofree char *text = g_variant_print (body, TRUE);

          g_assert_true (g_variant_is_normal_form (body));
          g_assert_nonnull (text);
        }
    }
}

static void
test_random (void)
{
  GRand *rand = tf_test_rand_new ();

  g_test_summary ("Whatever comes is a frame or an error.");

  for (guint i = 0; i < tf_test_scale (20000); i++)
    {
      gsize                  n = (gsize) g_rand_int_range (rand, 0, G_N_ELEMENTS (samples) + 1);
      g_autoptr (GByteArray) bytes =
        n < G_N_ELEMENTS (samples) ? make_sample_bytes (&samples[n]) : g_byte_array_new ();

      if (bytes->len == 0)
        {
          g_byte_array_set_size (bytes,
                                 TF_WIRE_HEADER_SIZE + (guint) g_rand_int_range (rand, 0, 40));
          for (guint at = 0; at < bytes->len; at++)
            bytes->data[at] = (guint8) g_rand_int_range (rand, 0, 256);
        }
      else
        for (int k = g_rand_int_range (rand, 1, 6); k > 0; k--)
          bytes->data[g_rand_int_range (rand, 0, (int) bytes->len)] =
            (guint8) g_rand_int_range (rand, 0, 256);

      try_bytes (bytes->data, bytes->len);
    }

  g_rand_free (rand);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/wire/header/is-written-as-the-page-says", test_header_bytes);
  tf_test_add ("/wire/header/has-a-type-of-its-end", test_header_types);
  tf_test_add ("/wire/header/has-a-job-or-none", test_header_jobs);
  tf_test_add ("/wire/header/has-known-flags", test_header_flags);
  tf_test_add ("/wire/header/has-a-possible-size", test_header_sizes);
  tf_test_add ("/wire/header/has-a-possible-size-of-bulk", test_bulk_sizes);
  tf_test_add ("/wire/body/arrives", test_round_trip);
  tf_test_add ("/wire/body/is-whole", test_cut_off);
  tf_test_add ("/wire/body/is-of-its-type", test_bad_bodies);
  tf_test_add ("/wire/anything/is-a-frame-or-an-error", test_random);

  return g_test_run ();
}
