# Made by `cwire wrap messages.h`: do not edit.
# cython: language_level=3
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t
from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t


# Enums are integers here; flexible array members are left out.
cdef extern from "messages_schema.h":
    ctypedef struct cwire_c_scope_block "struct scope_block":
        uint64_t first_sample
        double dt
        uint32_t channel
        int32_t trigger
        float samples[1024]

    ctypedef struct cwire_c_camera_tile "struct camera_tile":
        uint32_t image
        uint16_t tile
        uint16_t tiles
        uint16_t x
        uint16_t y
        uint16_t width
        uint16_t height

    ctypedef struct cwire_c_acquisition "struct acquisition":
        double sample_rate
        double level
        uint32_t trigger
        uint32_t channel

    ctypedef struct cwire_c_waveform "struct waveform":
        uint32_t channel
        uint32_t shape
        double frequency
        double amplitude
        double offset

    ctypedef struct cwire_c_driver_status "struct driver_status":
        bint running
        uint8_t cpu_load
        uint16_t peers
        float temperature
        uint64_t blocks
        uint64_t commands
        double uptime
        char firmware[16]
        float calibration[2][3]
        cwire_c_acquisition acquisition
        cwire_c_waveform channels[2]

    ctypedef struct cwire_c_self_test_result "struct self_test_result":
        uint32_t channel
        float peak
        float rms
        char verdict[52]

    ctypedef struct cwire_c_set_waveform "struct set_waveform":
        uint32_t channel
        uint32_t shape
        double frequency
        double amplitude
        double offset

    ctypedef struct cwire_c_get_status "struct get_status":
        bint reset_counters

    ctypedef struct cwire_c_start "struct start":
        uint64_t blocks

    ctypedef struct cwire_c_stop "struct stop":
        bint reset_time

    ctypedef struct cwire_c_self_test "struct self_test":
        uint32_t channel

    ctypedef struct cwire_c_set_acquisition "struct set_acquisition":
        double sample_rate
        double level
        uint32_t trigger
        uint32_t channel

    ctypedef struct cwire_c_echo "struct echo":
        uint64_t number
        double values[4]


cdef class ScopeBlock:
    cdef cwire_c_scope_block cwire_own
    cdef cwire_c_scope_block *cwire_at
    cdef object cwire_owner


cdef class CameraTile:
    cdef Py_ssize_t cwire_size
    cdef int cwire_reserve(self, Py_ssize_t size) except -1
    cdef cwire_c_camera_tile *cwire_at
    cdef object cwire_owner


cdef class Acquisition:
    cdef cwire_c_acquisition cwire_own
    cdef cwire_c_acquisition *cwire_at
    cdef object cwire_owner


cdef class Waveform:
    cdef cwire_c_waveform cwire_own
    cdef cwire_c_waveform *cwire_at
    cdef object cwire_owner


cdef class DriverStatus:
    cdef cwire_c_driver_status cwire_own
    cdef cwire_c_driver_status *cwire_at
    cdef object cwire_owner


cdef class SelfTestResult:
    cdef cwire_c_self_test_result cwire_own
    cdef cwire_c_self_test_result *cwire_at
    cdef object cwire_owner


cdef class SetWaveform:
    cdef cwire_c_set_waveform cwire_own
    cdef cwire_c_set_waveform *cwire_at
    cdef object cwire_owner


cdef class GetStatus:
    cdef cwire_c_get_status cwire_own
    cdef cwire_c_get_status *cwire_at
    cdef object cwire_owner


cdef class Start:
    cdef cwire_c_start cwire_own
    cdef cwire_c_start *cwire_at
    cdef object cwire_owner


cdef class Stop:
    cdef cwire_c_stop cwire_own
    cdef cwire_c_stop *cwire_at
    cdef object cwire_owner


cdef class SelfTest:
    cdef cwire_c_self_test cwire_own
    cdef cwire_c_self_test *cwire_at
    cdef object cwire_owner


cdef class SetAcquisition:
    cdef cwire_c_set_acquisition cwire_own
    cdef cwire_c_set_acquisition *cwire_at
    cdef object cwire_owner


cdef class Echo:
    cdef cwire_c_echo cwire_own
    cdef cwire_c_echo *cwire_at
    cdef object cwire_owner
