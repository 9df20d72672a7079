"""The system calls that a session may make, by the numbers that x86_64 and aarch64 give them; no other gets through.

They are what Python, NumPy, PyTorch, TensorFlow, Keras, pandas, scikit-learn, Matplotlib and transformers were seen to
need when they compute, on files of one's own, in threads. None makes a process, a program, a socket, a lock on a file
or anything else that the kernel counts for the whole machine; none draws at random, since a score must repeat.
"""

from __future__ import annotations

ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}  # as the kernel's audit calls them
CALLS = {  # name: numbers on x86_64, aarch64 (None: it has none)
    # files
    "read": (0, 63), "write": (1, 64), "readv": (19, 65), "writev": (20, 66), "pread64": (17, 67),
    "pwrite64": (18, 68), "preadv": (295, 69), "pwritev": (296, 70), "open": (2, None), "openat": (257, 56),
    "creat": (85, None), "close": (3, 57), "close_range": (436, 436), "lseek": (8, 62), "stat": (4, None),
    "fstat": (5, 80), "lstat": (6, None), "newfstatat": (262, 79), "statx": (332, 291), "statfs": (137, 43),
    "fstatfs": (138, 44), "access": (21, None), "faccessat": (269, 48), "faccessat2": (439, 439),
    "getdents": (78, None), "getdents64": (217, 61), "readlink": (89, None), "readlinkat": (267, 78),
    "getcwd": (79, 17), "chdir": (80, 49), "fchdir": (81, 50), "mkdir": (83, None), "mkdirat": (258, 34),
    "rmdir": (84, None), "unlink": (87, None), "unlinkat": (263, 35), "rename": (82, None), "renameat": (264, 38),
    "renameat2": (316, 276), "link": (86, None), "linkat": (265, 37), "symlink": (88, None),
    "symlinkat": (266, 36), "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "utime": (132, None),
    "utimes": (235, None), "futimesat": (261, None), "utimensat": (280, 88), "truncate": (76, 45),
    "ftruncate": (77, 46), "fallocate": (285, 47), "fadvise64": (221, 223), "fsync": (74, 82),
    "fdatasync": (75, 83), "umask": (95, 166), "dup": (32, 23), "dup2": (33, None), "dup3": (292, 24),
    "pipe": (22, None), "pipe2": (293, 59), "getxattr": (191, 8), "lgetxattr": (192, 9), "fgetxattr": (193, 10),
    "listxattr": (194, 11), "llistxattr": (195, 12), "flistxattr": (196, 13), "poll": (7, None),
    "ppoll": (271, 73), "select": (23, None), "pselect6": (270, 72),
    # memory
    "brk": (12, 214), "munmap": (11, 215), "mremap": (25, 216), "mprotect": (10, 226), "madvise": (28, 233),
    "msync": (26, 227), "mincore": (27, 232),
    # what and where one is
    "exit": (60, 93), "exit_group": (231, 94), "getpid": (39, 172), "gettid": (186, 178), "getppid": (110, 173),
    "getpgrp": (111, None), "getpgid": (121, 155), "getsid": (124, 156), "getuid": (102, 174),
    "geteuid": (107, 175), "getgid": (104, 176), "getegid": (108, 177), "getresuid": (118, 148),
    "getresgid": (120, 150), "getgroups": (115, 158), "capget": (125, 90), "uname": (63, 160),
    "sysinfo": (99, 179), "getrlimit": (97, 163), "getrusage": (98, 165),
    "times": (100, 153), "getcpu": (309, 168), "getpriority": (140, 141), "arch_prctl": (158, None),
    # threads
    "futex": (202, 98), "set_robust_list": (273, 99), "set_tid_address": (218, 96), "rseq": (334, 293),
    "sched_yield": (24, 124), "sched_getaffinity": (204, 123), "sched_getparam": (143, 121),
    "sched_getscheduler": (145, 120), "sched_get_priority_min": (147, 126), "sched_get_priority_max": (146, 125),
    "wait4": (61, 260), "waitid": (247, 95),
    # time
    "time": (201, None), "gettimeofday": (96, 169), "clock_gettime": (228, 113), "clock_getres": (229, 114),
    "nanosleep": (35, 101), "clock_nanosleep": (230, 115), "getitimer": (36, 102), "setitimer": (38, 103),
    "alarm": (37, None), "pause": (34, None),
    # signals
    "kill": (62, 129), "tkill": (200, 130), "tgkill": (234, 131), "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139), "rt_sigpending": (127, 136),
    "rt_sigsuspend": (130, 133), "rt_sigtimedwait": (128, 137), "sigaltstack": (131, 132),
    "restart_syscall": (219, 128),
    # by argument only: see VALUES and FLAGS
    "clone": (56, 220), "mmap": (9, 222), "fcntl": (72, 25), "ioctl": (16, 29), "prctl": (157, 167),
    "prlimit64": (302, 261),
}  # fmt: skip
_FCNTL = {"F_DUPFD": 0, "F_GETFD": 1, "F_SETFD": 2, "F_GETFL": 3, "F_SETFL": 4, "F_DUPFD_CLOEXEC": 1030}
_IOCTL = {"TCGETS": 0x5401, "TCGETS2": 0x802C542A, "TIOCGWINSZ": 0x5413, "FIONREAD": 0x541B, "FIONBIO": 0x5421,
          "FIOCLEX": 0x5451, "FIONCLEX": 0x5450}  # fmt: skip
_PRCTL = {"PR_GET_DUMPABLE": 3, "PR_SET_NAME": 15, "PR_GET_NAME": 16, "PR_GET_SECCOMP": 21, "PR_CAPBSET_READ": 23,
          "PR_GET_NO_NEW_PRIVS": 39, "PR_SET_VMA": 0x53564D41}  # fmt: skip
VALUES = {  # name: position of an int argument, and what it may be
    "fcntl": (1, tuple(_FCNTL.values())),
    "ioctl": (1, tuple(_IOCTL.values())),
    "prctl": (0, tuple(_PRCTL.values())),
}
_CLONE_THREAD, _NEW_NAMESPACES = 0x10000, 0x7E020000  # a thread rather than a process; every CLONE_NEW… of clone
_MAP_HUGETLB, _ALL = 0x40000, 0xFFFFFFFF  # pages of a store that the whole machine shares; any bit
FLAGS = {  # name: position of a long argument, the bits that it must have, and must not
    "clone": (0, _CLONE_THREAD, _NEW_NAMESPACES),
    "mmap": (3, 0, _MAP_HUGETLB),
    "prlimit64": (2, 0, _ALL),  # sets no limit: it asks
}
_MAP_SHARED, _MAP_ANONYMOUS = 0x01, 0x20  # shared memory of no file outlives its pages' mapping: nothing counts it
NEVER_BOTH = {"mmap": (_MAP_SHARED, _MAP_ANONYMOUS)}  # name: bits of the argument in FLAGS, of which one may be set
