# Made by `cwire wrap messages.h`: do not edit.
# cython: language_level=3
# cwire_at points to the C struct.

cdef class cwire_struct:
    cdef char *cwire_at
    cdef object cwire_owner
    cdef Py_ssize_t cwire_size

cdef class cwire_tailed(cwire_struct):
    cdef Py_ssize_t cwire_total
    cdef bint cwire_inner
    cdef Py_ssize_t cwire_start(self)
    cdef int cwire_reserve(self, Py_ssize_t size) except -1

cdef class ScopeBlock(cwire_struct):
    cdef char cwire_own[4120]

cdef class CameraTile(cwire_tailed):
    pass

cdef class Acquisition(cwire_struct):
    cdef char cwire_own[24]

cdef class Waveform(cwire_struct):
    cdef char cwire_own[32]

cdef class DriverStatus(cwire_struct):
    cdef char cwire_own[160]

cdef class SelfTestResult(cwire_struct):
    cdef char cwire_own[64]

cdef class ImageTile(cwire_tailed):
    pass

cdef class Image(cwire_struct):
    cdef char cwire_own[24]

cdef class SetWaveform(cwire_struct):
    cdef char cwire_own[32]

cdef class GetStatus(cwire_struct):
    cdef char cwire_own[1]

cdef class Start(cwire_struct):
    cdef char cwire_own[8]

cdef class Stop(cwire_struct):
    cdef char cwire_own[1]

cdef class SelfTest(cwire_struct):
    cdef char cwire_own[4]

cdef class SetAcquisition(cwire_struct):
    cdef char cwire_own[24]

cdef class Echo(cwire_struct):
    cdef char cwire_own[40]

cdef class WantedTile(cwire_struct):
    cdef char cwire_own[12]

cdef class WantTiles(cwire_tailed):
    pass
