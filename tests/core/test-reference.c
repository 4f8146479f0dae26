/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tf-test-support.h"

#include "core/tf-reference-private.h"

#include <dlfcn.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void set_global (TfTask  *task,
                 gpointer user_data);

static char *program;

/* --- Functions --- */

static void
set_one (TfTask  *task,
         gpointer user_data)
{
  *(int *) user_data = 1;
}

void
set_global (TfTask  *task,
            gpointer user_data)
{
  *(int *) user_data = 2;
}

static void
set_other (TfTask  *task,
           gpointer user_data)
{
  *(int *) user_data = 3;
}

#define FUNCTION(n)                       \
  static void                             \
    set_1##n (TfTask *task, gpointer out) \
  {                                       \
    *(int *) out = 10 + n;                \
  }

FUNCTION (0)
FUNCTION (1)
FUNCTION (2)
FUNCTION (3)
FUNCTION (4)
FUNCTION (5)

static int some_data;

static TfTaskFunc
to_func (gconstpointer pointer)
{
  return (TfTaskFunc) (gsize) pointer;
}

static int
call (TfTaskFunc func)
{
  int number = 0;

  func (NULL, &number);
  return number;
}

/* --- The other process --- */

/* The options are done one after the other; each that tells something prints a line. */
static int
run_other (char **argv)
{
  for (; argv[0] != NULL; argv += 2)
    {
      g_autoptr (GError) error = NULL;
      TfTaskFunc         func = NULL;

      if (g_str_equal (argv[0], "--load"))
        g_assert_nonnull (dlopen (argv[1], RTLD_NOW | RTLD_LOCAL));
      else if (g_str_equal (argv[0], "--register"))
        tf__reference_register (argv[1], set_other);
      else
        func = tf__reference_resolve (argv[1], &error);

      if (error != NULL)
        printf ("%s %d: %s\n", g_quark_to_string (error->domain), error->code, error->message);
      else if (g_str_equal (argv[0], "--call"))
        printf ("%d\n", call (func));
      else if (g_str_equal (argv[0], "--find"))
        printf ("%s\n", func == to_func (dlsym (RTLD_DEFAULT, "labs")) ? "labs" : "another");
    }
  return EXIT_SUCCESS;
}

static char *ask_other (const char *option,
                        ...) G_GNUC_NULL_TERMINATED;

/* Starts the program again, with options for run_other(), and returns what it says. */
static char *
ask_other (const char *option,
           ...)
{
  g_autoptr (GPtrArray)   argv = g_ptr_array_new ();
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError)      error = NULL;
  char                   *said = NULL;
  va_list                 arguments;

  g_ptr_array_add (argv, program);
  g_ptr_array_add (argv, (gpointer) "--other");
  va_start (arguments, option);
  for (; option != NULL; option = va_arg (arguments, const char *))
    g_ptr_array_add (argv, (gpointer) option);
  va_end (arguments);
  g_ptr_array_add (argv, NULL);

  process = g_subprocess_newv ((const char *const *) argv->pdata, G_SUBPROCESS_FLAGS_STDOUT_PIPE,
                               &error);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, NULL, NULL, &said, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_successful (process));
  return g_strchomp (said);
}

/* --- Helpers --- */

static void
assert_match (const char *text,
              const char *pattern)
{
  if (!g_pattern_match_simple (pattern, text))
    g_error ("“%s” is not as “%s”", text, pattern);
}

static const char *
make (TfTaskFunc func,
      gboolean   expects_executable)
{
  g_autoptr (GError) error = NULL;
  const char        *reference = NULL;
  gboolean           is_in_executable = !expects_executable;

  g_assert_true (tf__reference_make (func, &reference, &is_in_executable, &error));
  g_assert_no_error (error);
  g_assert_cmpint (is_in_executable, ==, expects_executable);
  g_assert_true (tf__reference_is_native (reference));
  g_assert_true (tf__reference_check (reference, &error));
  g_assert_no_error (error);
  return reference;
}

static void
assert_refused (TfTaskFunc  func,
                const char *pattern)
{
  /* It is refused again, too. */
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;
      const char        *reference = NULL;
      gboolean           is_in_executable = FALSE;

      g_assert_false (tf__reference_make (func, &reference, &is_in_executable, &error));
      g_assert_error (error, TF_ERROR, TF_ERROR_NOT_PORTABLE);
      assert_match (error->message, pattern);
      g_assert_null (reference);
    }
}

static void
assert_unknown (const char *reference,
                const char *pattern)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (tf__reference_resolve (reference, &error) == NULL);
  g_assert_error (error, TF_ERROR, TF_ERROR_NOT_PORTABLE);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  assert_match (error->message, pattern);
}

static void
assert_said (const char *said,
             const char *pattern)
{
  g_autofree char *whole = g_strdup_printf ("tf-error-quark %d: %s",
                                            TF_ERROR_NOT_PORTABLE, pattern);

  assert_match (said, whole);
}

static TfTaskFunc
find_symbol (gpointer    module,
             const char *name)
{
  gpointer symbol = dlsym (module, name);

  g_assert_nonnull (symbol);
  return to_func (symbol);
}

/* A folder of its own, with a copy of a build in it, which tests may do anything to. */
typedef struct
{
  char    *folder;
  char    *path;
  gpointer module;
} Plugin;

static void
plugin_copy (Plugin     *self,
             const char *build)
{
  g_autofree char   *from = g_test_build_filename (G_TEST_BUILT, build, NULL);
  g_autofree char   *beside = g_strconcat (self->path, ".new", NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char   *content = NULL;
  gsize              length;

  g_file_get_contents (from, &content, &length, &error);
  g_assert_no_error (error);
  g_file_set_contents (beside, content, (gssize) length, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_rename (beside, self->path), ==, 0);
}

static void
plugin_init (Plugin     *self,
             const char *build)
{
  g_autoptr (GError) error = NULL;
  g_autofree char   *folder = g_dir_make_tmp ("tf-reference-XXXXXX", &error);
  char              *real;

  g_assert_no_error (error);
  real = realpath (folder, NULL);
  self->folder = g_strdup (real);
  free (real);
  self->path = g_build_filename (self->folder, "plugin.so", NULL);
  plugin_copy (self, build);

  self->module = dlopen (self->path, RTLD_NOW | RTLD_LOCAL);
  g_assert_nonnull (self->module);
}

static void
plugin_clear (Plugin *self)
{
  g_remove (self->path);
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  g_assert_cmpint (dlclose (self->module), ==, 0);
  g_free (self->folder);
  g_free (self->path);
}

/* --- Functions of the executable --- */

static void
test_executable (void)
{
  const char      *of_static = make (set_one, TRUE);
  const char      *of_global = make (set_global, TRUE);
  g_autofree char *said = NULL;

  g_test_summary ("Another process of the program finds functions, static ones too.");

  g_assert_true (g_str_has_prefix (of_static, "elf:"));
  g_assert_true (g_str_has_suffix (of_static, ":"));
  g_assert_cmpstr (of_static, !=, of_global);
  g_assert_true (tf__reference_resolve (of_static, NULL) == set_one);
  g_assert_true (tf__reference_resolve (of_global, NULL) == set_global);

  said = ask_other ("--call", of_static, "--call", of_global, "--call", of_static, NULL);
  g_assert_cmpstr (said, ==, "1\n2\n1");
}

static void
test_again (void)
{
  const char *first = make (set_one, TRUE);
  const char *other = make (set_global, TRUE);

  g_test_summary ("Who asks again gets the same string.");

  g_assert_true (make (set_one, TRUE) == first);
  g_assert_true (make (set_one, TRUE) == first);
  g_assert_true (make (set_global, TRUE) == other);
}

static void
test_other_executable (void)
{
  g_autofree char *reference = g_strdup (make (set_one, TRUE));
  char            *digit = reference + strlen ("elf:");
  g_autofree char *said = NULL;

  g_test_summary ("An executable that was built again is told from the first.");

  *digit = *digit == '0' ? '1' : '0';
  said = ask_other ("--call", reference, NULL);
  assert_said (said, "The function is in another build of the executable: build-id *, * there");
}

/* --- Functions of modules --- */

static void
test_module (void)
{
  Plugin           plugin;
  g_autofree char *link = NULL;
  const char      *of_static;
  const char      *of_global;
  g_autofree char *unloaded = NULL;
  g_autofree char *loaded = NULL;
  g_autofree char *linked = NULL;

  g_test_summary ("The module of a function is loaded where it is not, and never twice.");

  plugin_init (&plugin, "reference-plugin.so");
  of_static = make (((TfTaskFunc (*) (void)) find_symbol (plugin.module,
                                                          "reference_plugin_get_static")) (),
                    FALSE);
  of_global = make (find_symbol (plugin.module, "reference_plugin_global"), FALSE);
  g_assert_true (g_str_has_suffix (of_static, plugin.path));

  unloaded = ask_other ("--call", of_static, "--call", of_global, NULL);
  g_assert_cmpstr (unloaded, ==, "1101\n1202");

  loaded = ask_other ("--load", plugin.path, "--call", of_global, "--call", of_static, NULL);
  g_assert_cmpstr (loaded, ==, "1201\n1102");

  link = g_build_filename (plugin.folder, "link.so", NULL);
  g_assert_no_errno (symlink (plugin.path, link));
  linked = ask_other ("--call", of_static, "--load", link, "--call", of_static, NULL);
  g_assert_cmpstr (linked, ==, "1101\n1102");

  g_assert_no_errno (g_remove (link));
  plugin_clear (&plugin);
}

static void
test_relative (void)
{
  Plugin           plugin;
  g_autofree char *folder = g_get_current_dir ();
  gpointer         again;
  const char      *reference;
  g_autofree char *said = NULL;

  g_test_summary ("A module that was loaded by a relative path has an absolute one elsewhere.");

  plugin_init (&plugin, "reference-plugin.so");
  dlclose (plugin.module);
  g_assert_no_errno (g_chdir (plugin.folder));
  again = dlopen ("./plugin.so", RTLD_NOW | RTLD_LOCAL);
  g_assert_nonnull (again);
  plugin.module = again;

  reference = make (find_symbol (again, "reference_plugin_global"), FALSE);
  g_assert_no_errno (g_chdir (folder));
  g_assert_true (g_str_has_suffix (reference, plugin.path));
  said = ask_other ("--call", reference, NULL);
  g_assert_cmpstr (said, ==, "1201");

  plugin_clear (&plugin);
}

static void
test_stale (void)
{
  Plugin           plugin;
  TfTaskFunc       func;
  const char      *reference;
  g_autofree char *stale = NULL;
  g_autofree char *gone = NULL;

  g_test_summary ("A module that was built again, or is gone, is not mistaken for the one meant.");

  plugin_init (&plugin, "reference-plugin.so");
  func = find_symbol (plugin.module, "reference_plugin_global");
  reference = make (func, FALSE);

  plugin_copy (&plugin, "reference-plugin-rebuilt.so");
  stale = ask_other ("--call", reference, NULL);
  assert_said (stale, "The function is in another build of */plugin.so: build-id * here, * there");
  g_assert_true (tf__reference_resolve (reference, NULL) == func);

  plugin_copy (&plugin, "reference-plugin-without-id.so");
  g_clear_pointer (&stale, g_free);
  stale = ask_other ("--call", reference, NULL);
  assert_said (stale, "The function is in another build of *: build-id none here, * there");

  g_assert_no_errno (g_remove (plugin.path));
  gone = ask_other ("--call", reference, NULL);
  assert_said (gone, "The module of the function cannot be loaded: */plugin.so: *");

  assert_refused (find_symbol (plugin.module, "reference_plugin_second"),
                  "The function is in */plugin.so, whose file cannot be found: *");
  plugin_clear (&plugin);
}

static void
test_kept (void)
{
  Plugin      plugin;
  TfTaskFunc  func;
  const char *reference;

  g_test_summary ("A module that has a reference stays loaded: nothing else takes its place.");

  plugin_init (&plugin, "reference-plugin.so");
  func = find_symbol (plugin.module, "reference_plugin_global");
  reference = make (func, FALSE);
  g_assert_cmpint (call (func), ==, 1201);
  plugin_clear (&plugin);

  g_assert_cmpint (call (func), ==, 1202);
  g_assert_true (make (func, FALSE) == reference);
  g_assert_true (tf__reference_resolve (reference, NULL) == func);
}

static void
test_replaced_while_loaded (void)
{
  Plugin           plugin;
  TfTaskFunc       func;
  const char      *reference;
  g_autofree char *unasked = NULL;
  g_autofree char *link = NULL;
  const char      *end;

  g_test_summary ("The build that is loaded counts, and not what became of its file.");

  /* Loaded by a name of which the loader knows only where it pointed to then. */
  plugin_init (&plugin, "reference-plugin.so");
  dlclose (plugin.module);
  link = g_build_filename (plugin.folder, "link.so", NULL);
  g_assert_no_errno (symlink (plugin.path, link));
  plugin.module = dlopen (link, RTLD_NOW | RTLD_LOCAL);
  g_assert_nonnull (plugin.module);

  func = find_symbol (plugin.module, "reference_plugin_global");
  reference = make (func, FALSE);
  plugin_copy (&plugin, "reference-plugin-rebuilt.so");

  /* One byte on, so that it is not remembered. */
  end = strrchr (reference, ':');
  unasked = g_strdup_printf ("%.*s+%" G_GINT64_MODIFIER "x%s",
                             (int) (strchr (reference, '+') - reference), reference,
                             g_ascii_strtoull (strchr (reference, '+') + 1, NULL, 16) + 1, end);
  g_assert_true ((gsize) tf__reference_resolve (unasked, NULL) == (gsize) func + 1);
  g_assert_no_errno (g_remove (link));
  plugin_clear (&plugin);
}

static void
test_without_build_id (void)
{
  Plugin      plugin;
  TfTaskFunc  func;
  const char *reference;

  g_test_summary ("A function of a module that cannot be told from other builds needs a name.");

  plugin_init (&plugin, "reference-plugin-without-id.so");
  func = find_symbol (plugin.module, "reference_plugin_global");
  assert_refused (func, "*/plugin.so, which has no build-id, *--build-id*tf_worker_register()*");

  /* The name ties the function to this module, which has to stay. */
  tf__reference_register ("without-build-id", func);
  reference = make (func, TRUE);
  g_assert_cmpstr (reference, ==, "name:without-build-id");
  g_assert_nonnull (dlopen (plugin.path, RTLD_NOW | RTLD_LOCAL));
  plugin_clear (&plugin);
}

static void
test_system (void)
{
  const char      *reference = make (find_symbol (RTLD_DEFAULT, "labs"), FALSE);
  g_autofree char *said = NULL;

  g_test_summary ("A function of the C library is found in the library of the other process.");

  assert_match (reference, "elf:*+*:/*libc*.so*");
  said = ask_other ("--find", reference, NULL);
  g_assert_cmpstr (said, ==, "labs");
}

/* --- Names --- */

static void
test_name (void)
{
  const char      *before = make (set_10, TRUE);
  const char      *named;
  g_autofree char *other_build = NULL;
  g_autofree char *unregistered = NULL;

  g_test_summary ("A function that is registered goes by its name, which other builds have too.");

  g_assert_true (g_str_has_prefix (before, "elf:"));
  tf__reference_register ("set ten", set_10);
  named = make (set_10, TRUE);
  g_assert_cmpstr (named, ==, "name:set ten");
  g_assert_true (make (set_10, TRUE) == named);
  g_assert_true (tf__reference_resolve (named, NULL) == set_10);
  g_assert_true (tf__reference_resolve (before, NULL) == set_10);

  other_build = ask_other ("--register", "set ten", "--call", named, NULL);
  g_assert_cmpstr (other_build, ==, "3");

  unregistered = ask_other ("--register", "set two", "--call", named, NULL);
  assert_said (unregistered, "No function is registered as “set ten” in this program: *");
}

static void
test_name_twice (void)
{
  g_test_summary ("A name is of one function; a function may have several, and goes by the first.");

  tf__reference_register ("eleven", set_11);
  tf__reference_register ("eleven", set_11);
  tf__reference_register ("elf:+:", set_11);
  g_assert_cmpstr (make (set_11, TRUE), ==, "name:eleven");
  g_assert_true (tf__reference_resolve ("name:elf:+:", NULL) == set_11);

  g_test_expect_message ("Tf", G_LOG_LEVEL_CRITICAL, "*registered as “eleven”: another one is");
  tf__reference_register ("eleven", set_12);
  g_test_assert_expected_messages ();
  g_assert_true (tf__reference_resolve ("name:eleven", NULL) == set_11);
  g_assert_true (g_str_has_prefix (make (set_12, TRUE), "elf:"));
}

static void
test_bad_names (void)
{
  g_autofree char  *long_name = g_strnfill (4096 - strlen ("name:") + 1, 'x');
  static const char names[][16] = {
    "",
    "a\nb",
    "\033[1m",
    "x\177",
    "\xff",
    "\xe2\x80\xa8",
    "\xc2\x85",
  };

  g_test_summary ("A name has at least one character, and none that cannot be printed.");

  for (guint i = 0; i <= G_N_ELEMENTS (names); i++)
    {
      g_test_expect_message ("Tf", G_LOG_LEVEL_CRITICAL, "*cannot be registered as “*”: *");
      tf__reference_register (i == G_N_ELEMENTS (names) ? long_name : names[i], set_13);
      g_test_assert_expected_messages ();
    }
  g_assert_true (g_str_has_prefix (make (set_13, TRUE), "elf:"));

  /* As long as may be. */
  long_name[strlen (long_name) - 1] = '\0';
  tf__reference_register (long_name, set_13);
  g_assert_true (g_str_has_prefix (make (set_13, TRUE), "name:xxx"));

  g_test_expect_message ("Tf", G_LOG_LEVEL_CRITICAL, "*name != NULL*");
  tf__reference_register (NULL, set_13);
  g_test_expect_message ("Tf", G_LOG_LEVEL_CRITICAL, "*func != NULL*");
  tf__reference_register ("nothing", NULL);
  g_test_assert_expected_messages ();
}

/* --- What is no function --- */

static void
test_data (void)
{
  g_test_summary ("Data is no function.");

  assert_refused (to_func (&some_data), "*in the executable is data*");
  assert_refused (to_func (&program), "*is data*");
}

static void
test_closures (void)
{
  int              local = 0;
  gsize            size = 4096;
  gpointer         page = mmap (NULL, size, PROT_READ | PROT_EXEC,
                                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  g_autofree char *block = g_malloc (64);
  const char      *pattern = "*is in no module*tf_worker_register()*reference of the binding";

  g_test_summary ("What is made while the program runs has no place elsewhere.");

  g_assert_true (page != MAP_FAILED);
  assert_refused (to_func (page), pattern);
  assert_refused (to_func (&local), pattern);
  assert_refused (to_func (block), pattern);
  assert_refused (to_func (GSIZE_TO_POINTER (1)), pattern);
  g_assert_no_errno (munmap (page, size));
}

/* --- Texts --- */

static void
test_check (void)
{
  static const char *good[] = {
    "name:x",
    "elf:00+0:",
    "py:os.path:join",
    "js:file#export",
    "a:b",
    "a-1:  ",
    "x2:ä\xe2\x82\xac",
    "k:a:b:c",
  };
  static const char *bad[] = {
    "",
    ":",
    "x",
    "x:",
    ":x",
    "X:y",
    "1x:y",
    "-x:y",
    "x_y:z",
    "x y:z",
    "ä:y",
    "x:\n",
    "x:a\tb",
    "x\n:y",
    "x:\xff",
    "\xff",
    "x:\x7f",
    "x:\xc2\x80",
    "x:\xe2\x80\xa9",
    "x:\xed\xa0\x80",
    "x:\xc0\x80",
  };
  g_autofree char *longest = g_strnfill (4096, 'x');
  g_autofree char *longer = g_strnfill (4097, 'x');

  g_test_summary ("A reference has a kind, a colon and something, all of which may be printed.");

  longest[1] = ':';
  longer[1] = ':';
  for (guint i = 0; i <= G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (tf__reference_check (i < G_N_ELEMENTS (good) ? good[i] : longest, &error));
      g_assert_no_error (error);
    }

  for (guint i = 0; i <= G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (tf__reference_check (i < G_N_ELEMENTS (bad) ? bad[i] : longer, &error));
      g_assert_error (error, TF_ERROR, TF_ERROR_INVALID_ARGUMENT);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      assert_unknown (i < G_N_ELEMENTS (bad) ? bad[i] : longer,
                      "*is no reference of a function: *");
    }
}

static void
test_native (void)
{
  g_test_summary ("Names and places are for the library; the other kinds are for bindings.");

  g_assert_true (tf__reference_is_native ("name:x"));
  g_assert_true (tf__reference_is_native ("elf:00+0:"));
  g_assert_false (tf__reference_is_native ("py:os:getcwd"));
  g_assert_false (tf__reference_is_native ("js:a#b"));
  g_assert_false (tf__reference_is_native ("names:x"));
  g_assert_false (tf__reference_is_native (""));
  assert_unknown ("py:os:getcwd", "*this program knows no such kind");
}

static void
test_garbage (void)
{
  static const char *garbage[] = {
    "elf:x",
    "elf::",
    "elf:+:",
    "elf:00",
    "elf:00+",
    "elf:00+:",
    "elf:00+1",
    "elf:0+1:",
    "elf:000+1:",
    "elf:AB+1:",
    "elf:ab+A:",
    "elf:ab+0x1:",
    "elf:ab+01:",
    "elf:ab+ 1:",
    "elf:ab+-1:",
    "elf:ab++1:",
    "elf:ab+1:relative.so",
    "elf:ab+1: ",
    "elf:ab+1 :",
    "elf:ab+1ffffffffffffffff:",
    "elf: ab+1:",
    "elf:ab-1:",
    "elf:ab+1;",
  };
  g_autofree char *long_id = g_strnfill (130, 'a');
  g_autofree char *reference = g_strdup_printf ("elf:%s+1:", long_id);
  const char      *end = strchr (make (set_one, TRUE), '+');
  g_autofree char *id = g_strndup (make (set_one, TRUE), end - make (set_one, TRUE));
  g_autofree char *nowhere = g_strconcat (id, "+ffffffffffffffff:", NULL);
  g_autofree char *head = g_strconcat (id, "+0:", NULL);

  g_test_summary ("What is not as the library writes it is refused.");

  for (guint i = 0; i < G_N_ELEMENTS (garbage); i++)
    assert_unknown (garbage[i], "*it names no place in a module");
  assert_unknown (reference, "*it names no place in a module");

  assert_unknown ("elf:ab+1:", "*another build of the executable: build-id * here, ab there");
  assert_unknown ("elf:ab+1:/", "*cannot be loaded: *");
  assert_unknown ("elf:ab+1:/dev/null", "*cannot be loaded: *");
  assert_unknown ("elf:ab+1:/nowhere/x.so", "*cannot be loaded: *No such file*");
  assert_unknown (nowhere, "There is no function at 0xffffffffffffffff in the executable");
  assert_unknown (head, "There is no function at 0 in the executable");
}

/* Random bytes after a kind, or something that is near a reference. */
static char *
make_random (GRand      *rand,
             const char *whole)
{
  static const char *heads[] = { "elf:", "name:", "" };
  guint              kind = (guint) g_rand_int_range (rand, 0, 4);
  GString           *text = g_string_new (kind < 3 ? heads[kind] : whole);

  for (gint32 i = kind < 3 ? g_rand_int_range (rand, 0, 60) : 0; i > 0; i--)
    g_string_append_c (text, (char) g_rand_int_range (rand, 1, 256));
  for (gint32 i = text->len > 0 ? g_rand_int_range (rand, 0, 4) : 0; i > 0; i--)
    {
      gint32 at = g_rand_int_range (rand, 0, (gint32) text->len);

      text->str[at] = "0af+:/."[g_rand_int_range (rand, 0, 7)];
    }

  return g_string_free (text, FALSE);
}

static void
test_random (void)
{
  g_autoptr (GRand) rand = tf_test_rand_new ();
  const char       *whole = make (set_one, TRUE);
  guint             n = tf_test_scale (5000);

  g_test_summary ("No text does harm.");

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char   *text = make_random (rand, whole);
      TfTaskFunc         func = tf__reference_resolve (text, &error);

      g_assert_true ((func == NULL) == (error != NULL));
      g_assert_true (error == NULL || g_utf8_validate (error->message, -1, NULL));
    }
}

/* --- Threads --- */

typedef struct
{
  TfTestGate  gate;
  const char *places[4];
} Race;

static const TfTaskFunc race_funcs[] = { set_14, set_15, set_one, set_global };

static gpointer
run_race (gpointer data)
{
  Race *race = data;
  guint n = tf_test_scale (2000);

  tf_test_gate_wait (&race->gate);
  for (guint i = 0; i < n; i++)
    {
      guint       k = i % G_N_ELEMENTS (race_funcs);
      const char *reference = make (race_funcs[k], TRUE);

      /* Once it has a name, this is used by every thread that knows of it. */
      if (i == n / 2)
        {
          tf__reference_register ("race", set_15);
          g_assert_cmpstr (make (set_15, TRUE), ==, "name:race");
        }
      g_assert_true (tf__reference_resolve (reference, NULL) == race_funcs[k]);
      if (race_funcs[k] != set_15)
        {
          const char *before = g_atomic_pointer_get (&race->places[k]);

          g_assert_true (before == NULL || before == reference);
          g_atomic_pointer_set (&race->places[k], reference);
        }
    }
  return NULL;
}

static void
test_threads (void)
{
  Race     race = { 0 };
  GThread *threads[8];

  g_test_summary ("Any number of threads may ask at once, while functions get names.");

  tf_test_gate_init (&race.gate);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("race", run_race, &race);
  tf_test_gate_open (&race.gate);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);

  g_assert_cmpstr (make (set_15, TRUE), ==, "name:race");
  tf_test_gate_clear (&race.gate);
}

int
main (int    argc,
      char **argv)
{
  int status;

  if (argc > 2 && g_str_equal (argv[1], "--other"))
    return run_other (argv + 2);

  g_test_init (&argc, &argv, NULL);

  /* Under valgrind too. */
  program = g_file_read_link ("/proc/self/exe", NULL);

  tf_test_add ("/reference/executable/has-static-functions-too", test_executable);
  tf_test_add ("/reference/executable/is-asked-once", test_again);
  tf_test_add ("/reference/executable/of-another-build-is-refused", test_other_executable);
  tf_test_add ("/reference/module/is-loaded-once", test_module);
  tf_test_add ("/reference/module/has-an-absolute-path", test_relative);
  tf_test_add ("/reference/module/of-another-build-is-refused", test_stale);
  tf_test_add ("/reference/module/stays-loaded", test_kept);
  tf_test_add ("/reference/module/is-the-one-in-memory", test_replaced_while_loaded);
  tf_test_add ("/reference/module/needs-a-build-id", test_without_build_id);
  tf_test_add ("/reference/module/may-be-of-the-system", test_system);
  tf_test_add ("/reference/name/comes-first", test_name);
  tf_test_add ("/reference/name/is-of-one-function", test_name_twice);
  tf_test_add ("/reference/name/may-be-printed", test_bad_names);
  tf_test_add ("/reference/refused/data", test_data);
  tf_test_add ("/reference/refused/closures", test_closures);
  tf_test_add ("/reference/text/has-a-shape", test_check);
  tf_test_add ("/reference/text/has-native-kinds", test_native);
  tf_test_add ("/reference/text/of-garbage-is-refused", test_garbage);
  tf_test_add ("/reference/text/at-random-is-refused", test_random);
  tf_test_add ("/reference/threads/ask-at-once", test_threads);

  status = g_test_run ();
  g_free (program);
  return status;
}
