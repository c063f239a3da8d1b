using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace MmapIo;

/// <summary>The meter "MmapIo": what this process has mapped, and what happened to it.</summary>
internal static class MapMetrics
{
    private static readonly Meter s_meter = new("MmapIo");

    private static readonly Histogram<double> s_flushDuration = s_meter.CreateHistogram<double>(
        "mmapio.flush.duration", "s", "How long flushing took, by mode.");

    private static long s_openMaps;
    private static long s_mappedBytes;
    private static long s_abandonedMaps;
    private static long s_holds;

    static MapMetrics()
    {
        _ = s_meter.CreateObservableUpDownCounter(
            "mmapio.maps.open", static () => Volatile.Read(ref s_openMaps), "{map}", "Maps that are mapped.");
        _ = s_meter.CreateObservableUpDownCounter(
            "mmapio.maps.bytes", static () => Volatile.Read(ref s_mappedBytes), "By", "Bytes they have together.");
        _ = s_meter.CreateObservableCounter(
            "mmapio.maps.abandoned", static () => Volatile.Read(ref s_abandonedMaps), "{map}",
            "Maps that were dropped without being disposed, and unmapped by their finalizer.");
        _ = s_meter.CreateObservableUpDownCounter(
            "mmapio.leases.outstanding", static () => ThreadUses.CountUses() + Volatile.Read(ref s_holds), "{lease}",
            "Leases and calls on maps under way, and what else keeps maps mapped: pins, rentals, arrays.");
        _ = s_meter.CreateObservableCounter(
            "mmapio.faults", static () => (long)Interop.mmapio_guard_faults(), "{fault}", "Faults that were survived.");
    }

    public static void Opened(long length)
    {
        Interlocked.Increment(ref s_openMaps);
        Interlocked.Add(ref s_mappedBytes, length);
    }

    public static void Closed(long length)
    {
        Interlocked.Decrement(ref s_openMaps);
        Interlocked.Add(ref s_mappedBytes, -length);
    }

    public static void Abandoned() => Interlocked.Increment(ref s_abandonedMaps);

    public static void Held() => Interlocked.Increment(ref s_holds);

    public static void Released() => Interlocked.Decrement(ref s_holds);

    public static void Resized(long from, long to) => Interlocked.Add(ref s_mappedBytes, to - from);

    /// <summary>0 if nobody listens, and <see cref="Flushed"/> then does nothing.</summary>
    public static long StartFlush() => s_flushDuration.Enabled ? Stopwatch.GetTimestamp() : 0;

    public static void Flushed(long started, int mode)
    {
        if (started != 0)
        {
            s_flushDuration.Record(
                Stopwatch.GetElapsedTime(started).TotalSeconds, new KeyValuePair<string, object?>("mode", NameOf(mode)));
        }
    }

    private static string NameOf(int mode) => (mode & ~Mmap.MS_INVALIDATE) switch
    {
        Mmap.MS_ASYNC => "async",
        Mmap.MS_SYNC => "sync",
        0x100 => "data",
        0x200 => "durable",
        _ => "barrier",
    };
}
