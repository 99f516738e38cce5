# Made by `cwire wrap messages.h`: do not edit.
# cython: language_level=3
# cwire_at points to the C struct.

cdef class ScopeBlock:
    cdef char cwire_own[4120]
    cdef char *cwire_at
    cdef object cwire_owner


cdef class CameraTile:
    cdef Py_ssize_t cwire_size
    cdef int cwire_reserve(self, Py_ssize_t size) except -1
    cdef char *cwire_at
    cdef object cwire_owner


cdef class Acquisition:
    cdef char cwire_own[24]
    cdef char *cwire_at
    cdef object cwire_owner


cdef class Waveform:
    cdef char cwire_own[32]
    cdef char *cwire_at
    cdef object cwire_owner


cdef class DriverStatus:
    cdef char cwire_own[160]
    cdef char *cwire_at
    cdef object cwire_owner


cdef class SelfTestResult:
    cdef char cwire_own[64]
    cdef char *cwire_at
    cdef object cwire_owner


cdef class SetWaveform:
    cdef char cwire_own[32]
    cdef char *cwire_at
    cdef object cwire_owner


cdef class GetStatus:
    cdef char cwire_own[1]
    cdef char *cwire_at
    cdef object cwire_owner


cdef class Start:
    cdef char cwire_own[8]
    cdef char *cwire_at
    cdef object cwire_owner


cdef class Stop:
    cdef char cwire_own[1]
    cdef char *cwire_at
    cdef object cwire_owner


cdef class SelfTest:
    cdef char cwire_own[4]
    cdef char *cwire_at
    cdef object cwire_owner


cdef class SetAcquisition:
    cdef char cwire_own[24]
    cdef char *cwire_at
    cdef object cwire_owner


cdef class Echo:
    cdef char cwire_own[40]
    cdef char *cwire_at
    cdef object cwire_owner
