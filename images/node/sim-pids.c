/*
 * Uses up process numbers until they are as large as those of a machine that has been up for a while: scripts of 2.0
 * find RollSite by its number anywhere in `ps`, which would hit by chance with the one-digit numbers of a container.
 */
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int main(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  /* Another range after each start, so that a pid file left by the last one is stale. */
  int first = 1000 + now.tv_nsec / 1000 % 2000;
  for (;;) {
    pid_t child = vfork();
    if (child == 0) _exit(0);
    if (child < 0) return 1;
    waitpid(child, NULL, 0);
    if (child >= first) return 0;
  }
}
