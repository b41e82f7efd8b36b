/*
 * Stand-in for the JVM of an EggRoll service, and, called python, for fate_flow: the command line of the real one, a listener on the real port, and the
 * same fate when lib/ is wrong. What it cannot start with, it says on standard error, and exits after a second.
 * Like a JVM, it keeps a jar of its class path open (the core jar): /proc/PID/fd tells of which release a service is.
 *
 * Faults, as files under /etc/simulated; an empty one holds for all services, else it names those it holds for, by
 * module (rollsite, fate_flow) or by release of the core jar (2.2.1):
 *   ignore-term  SIGTERM does nothing; it may name a session (stubborn), whose workers then heed none either
 *   fail-start   the service dies a second after its start
 *   slow-start   it listens five seconds late
 *   slow-stop    it needs five seconds to end
 * A word rollsite:2.2.1 names both at once. The release that holds for fate_flow is that of the EggRoll beside it.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct service {
  const char *class_name;
  const char *module;
  const char *core_jar; /* prefix of the jar that must be in lib/ once, with a version behind it */
  const char *own_jar;
  int first_minor; /* releases of own_jar that have the class, as major * 100 + minor */
  int last_minor;
};

static const struct service services[] = {
  {"com.webank.eggroll.core.resourcemanager.ClusterManagerBootstrap", "clustermanager", "eggroll-core-", "eggroll-core-", 200, 300},
  {"com.webank.eggroll.core.resourcemanager.NodeManagerBootstrap", "nodemanager", "eggroll-core-", "eggroll-core-", 200, 300},
  {"com.webank.eggroll.rollsite.Proxy", "rollsite", "eggroll-core-", "eggroll-roll-site-", 200, 201},
  {"com.webank.eggroll.rollsite.EggSiteBootstrap", "rollsite", "eggroll-core-", "eggroll-roll-site-", 202, 300},
  {"org.fedai.eggroll.clustermanager.Bootstrap", "clustermanager", "core-", "cluster_manager-", 300, 999},
  {"org.fedai.eggroll.nodemanager.Bootstrap", "nodemanager", "core-", "node_manager-", 300, 999},
  {"org.fedai.eggroll.webapp.JettyServer", "dashboard", "core-", "cluster_dashboard-", 300, 999},
};
static struct service worker = {.class_name = "egg_pair.py"};

static const struct service fate_flow = {"fate_flow_server.py", "fate_flow", "eggroll-core-", "", 0, 0};

static volatile sig_atomic_t term_received = 0;
static const struct service *service = NULL;
static char core_version[64] = "";

static void on_term(int signal_number) {
  (void)signal_number;
  term_received = 1;
}

static void pause_ms(long ms) {
  struct timespec left = {ms / 1000, (ms % 1000) * 1000000};
  while (nanosleep(&left, &left) != 0) {
  }
}

static void die(const char *message, const char *detail) {
  pause_ms(900);
  fprintf(stderr, "%s%s\n", message, detail);
  exit(1);
}

/* Whether the fault file exists and holds for this service. */
static int fault(const char *name) {
  char path[128], word[64], both[128];
  int words = 0, named = 0;
  snprintf(path, sizeof path, "/etc/simulated/%s", name);
  FILE *file = fopen(path, "r");
  if (file == NULL) return 0;
  snprintf(both, sizeof both, "%s:%s", service->module, core_version);
  while (fscanf(file, "%63s", word) == 1) {
    words++;
    if (strcmp(word, service->module) == 0 || strcmp(word, core_version) == 0 || strcmp(word, both) == 0) named = 1;
  }
  fclose(file);
  return words == 0 || named;
}

/* Counts the jars in `lib` with this prefix and a version behind it; the last version goes to `version`. */
static int count_jars(const char *lib, const char *prefix, char *version, size_t size) {
  int count = 0;
  DIR *folder = opendir(lib);
  if (folder == NULL) return 0;
  for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
    const char *rest = entry->d_name + strlen(prefix);
    size_t length = strlen(entry->d_name);
    if (strncmp(entry->d_name, prefix, strlen(prefix)) != 0 || *rest < '0' || *rest > '9') continue;
    if (length < 4 || strcmp(entry->d_name + length - 4, ".jar") != 0) continue;
    snprintf(version, size, "%.*s", (int)(strlen(rest) - 4), rest);
    count++;
  }
  closedir(folder);
  return count;
}

/* The folder of the `.../lib/` element of a class path. */
static void lib_folder(const char *class_path, char *lib, size_t size) {
  const char *star = class_path ? strstr(class_path, "/lib/*") : NULL;
  const char *start = star;
  lib[0] = '\0';
  if (star == NULL) return;
  while (start > class_path && start[-1] != ':') start--;
  snprintf(lib, size, "%.*s/lib", (int)(star - start), start);
}

static void require_jars(const char *class_path) {
  char lib[4096], own_version[64] = "";
  int major = 0, minor = 0;
  lib_folder(class_path, lib, sizeof lib);
  int cores = count_jars(lib, service->core_jar, core_version, sizeof core_version);
  int owns = count_jars(lib, service->own_jar, own_version, sizeof own_version);
  if (cores == 0) die("Error: Could not find or load main class ", "com.webank.eggroll.core.Bootstrap");
  if (cores > 1 || owns > 1) die("Exception in thread \"main\" java.lang.NoSuchMethodError: ", service->class_name);
  char jar[4352];
  snprintf(jar, sizeof jar, "%s/%s%s.jar", lib, service->core_jar, core_version);
  if (open(jar, O_RDONLY) < 0) die("Error: Could not open ", jar);
  sscanf(own_version, "%d.%d", &major, &minor);
  int release = major * 100 + minor;
  if (owns == 0 || release < service->first_minor || release > service->last_minor) {
    die("Exception in thread \"main\" java.lang.ClassNotFoundException: ", service->class_name);
  }
}

/* A RollSite of any release takes its port from the properties file; the others are told. */
static int port_of(const char *conf, const char *port_argument) {
  static const char key[] = "eggroll.rollsite.port=";
  char line[8192];
  int port = port_argument ? atoi(port_argument) : 0;
  if (conf == NULL) return port;
  FILE *file = fopen(conf, "r");
  if (file == NULL) die("Exception in thread \"main\" java.io.FileNotFoundException: ", conf);
  while (strcmp(service->module, "rollsite") == 0 && fgets(line, sizeof line, file) != NULL) {
    if (strncmp(line, key, strlen(key)) == 0) port = atoi(line + strlen(key));
  }
  fclose(file);
  return port;
}

static int listen_on(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_ANY)}};
  int on = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (port <= 0 || bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 64) != 0) {
    die("Exception in thread \"main\" java.net.BindException: ", "Address already in use");
  }
  return listener;
}

static void end_on_term(void) {
  struct sigaction action = {.sa_handler = on_term};
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
}

/* Takes visitors of up to two listeners; those that are negative are none. */
static void wait_for_end(int listener, int other) {
  struct pollfd watched[] = {{listener, POLLIN, 0}, {other, POLLIN, 0}};
  for (;;) {
    if (poll(watched, 2, 60000) > 0) {
      for (int i = 0; i < 2; i++) {
        int visitor = watched[i].revents & POLLIN ? accept(watched[i].fd, NULL, NULL) : -1;
        if (visitor >= 0) close(visitor);
      }
    }
    if (!term_received) continue;
    term_received = 0;
    if (service != NULL && fault("ignore-term")) continue;
    pause_ms(service != NULL && fault("slow-stop") ? 5000 : 150);
    exit(143);
  }
}

/* The number behind `key:` in fate_flow's configuration. */
static int flow_port(const char *conf, const char *key) {
  char line[1024], format[64];
  int port = 0;
  FILE *file = fopen(conf, "r");
  if (file == NULL) die("FileNotFoundError: ", conf);
  snprintf(format, sizeof format, " %s: %%d", key);
  while (port == 0 && fgets(line, sizeof line, file) != NULL) sscanf(line, format, &port);
  fclose(file);
  return port;
}

/* fate_flow_server.py lies in fateflow/python/fate_flow, beside fateflow are conf and eggroll. */
static void run_fate_flow(const char *script) {
  char base[4096], path[4352];
  service = &fate_flow;
  snprintf(base, sizeof base, "%s", script);
  for (int up = 0; up < 4; up++) {
    char *slash = strrchr(base, '/');
    if (slash == NULL) die("can't open file ", script);
    *slash = '\0';
  }
  end_on_term();
  snprintf(path, sizeof path, "%s/eggroll/lib", base);
  count_jars(path, service->core_jar, core_version, sizeof core_version);
  if (fault("fail-start")) die("RuntimeError: ", "told to fail");
  if (fault("slow-start")) pause_ms(5000);
  snprintf(path, sizeof path, "%s/conf/service_conf.yaml", base);
  int http = listen_on(flow_port(path, "http_port")), grpc = listen_on(flow_port(path, "grpc_port"));
  printf("simulated fate_flow listens\n");
  fflush(stdout);
  wait_for_end(http, grpc);
}

static int ends_with(const char *text, const char *end) {
  size_t length = strlen(text), end_length = strlen(end);
  return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

int main(int argc, char **argv) {
  const char *class_path = NULL, *conf = NULL, *port = NULL, *class_name = NULL;
  for (int i = 1; i < argc; i++) {
    const char *next = i + 1 < argc ? argv[i + 1] : NULL;
    if (strcmp(argv[i], "-version") == 0) {
      fprintf(stderr, "openjdk version \"1.8.0\" (simulated)\n");
      return 0;
    }
    if (ends_with(argv[i], "/fate_flow_server.py")) run_fate_flow(argv[i]);
    if (ends_with(argv[i], "egg_pair.py")) worker.module = ""; /* see sim-worker */
    if (worker.module != NULL && strcmp(argv[i], "--session-id") == 0 && next != NULL) worker.module = next;
    if (strcmp(argv[i], "-cp") == 0) class_path = next;
    if (strcmp(argv[i], "-c") == 0) conf = next;
    if (strcmp(argv[i], "-p") == 0) port = next;
    if (strncmp(argv[i], "com.webank.", 11) == 0 || strncmp(argv[i], "org.fedai.", 10) == 0) class_name = argv[i];
  }
  if (worker.module != NULL) {
    service = &worker;
    end_on_term();
    wait_for_end(-1, -1);
  }
  for (size_t i = 0; class_name != NULL && i < sizeof services / sizeof services[0]; i++) {
    if (strcmp(services[i].class_name, class_name) == 0) service = &services[i];
  }
  if (service == NULL) die("Error: Could not find or load main class ", class_name ? class_name : "");
  end_on_term();
  require_jars(class_path);
  if (fault("fail-start")) die("Exception in thread \"main\" java.lang.IllegalStateException: ", "told to fail");
  int number = port_of(conf, port);
  if (fault("slow-start")) pause_ms(5000);
  int listener = listen_on(number);
  printf("simulated %s of EggRoll %s listens on %d\n", service->module, core_version, number);
  fflush(stdout);
  wait_for_end(listener, -1);
}
