internal import CSystem
package import Time

/// Microseconds of the wall clock since 1970; it may be set, so it can jump.
package func wallMicroseconds() -> Int64 { postrider_wall_microseconds() }

extension CalendarTime {
  package static var now: CalendarTime { CalendarTime(microseconds: wallMicroseconds()) }
}

/// Microseconds since the machine started, counted while it sleeps too; nobody can set it. Deadlines
/// of a worker are on this clock: a process that was frozen sees that its time has passed.
package func bootMicroseconds() -> Int64 { postrider_boot_microseconds() }

/// Microseconds that only run forward, at a steady pace, and stand still while the machine sleeps. Waits
/// are on this clock.
package func monotonicMicroseconds() -> Int64 { postrider_monotonic_microseconds() }
