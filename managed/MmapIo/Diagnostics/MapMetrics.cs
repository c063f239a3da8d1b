using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.Loader;

namespace MmapIo;

/// <summary>
/// The meter "MmapIo": what this process has mapped, and what happened to it.
/// <para>Listeners are code of others, called by this: with no map in use, no lock held, and the result determined. One
/// that throws is counted, in a counter that listeners see; there is nobody else to tell, since a flush that succeeded
/// has succeeded.</para>
/// </summary>
internal static class MapMetrics
{
    private static Histogram<double>? s_flushDuration;
    private static bool s_published;
    private static long s_openMaps;
    private static long s_mappedBytes;
    private static long s_abandonedMaps;
    private static long s_holds;
    private static long s_listenerFailures;

    public static void Opened(long length)
    {
        Interlocked.Increment(ref s_openMaps);
        Interlocked.Add(ref s_mappedBytes, length);
        if (!Volatile.Read(ref s_published) && !Interlocked.Exchange(ref s_published, true))
        {
            Publish();
        }
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
    public static long StartFlush() => s_flushDuration is { Enabled: true } ? Stopwatch.GetTimestamp() : 0;

    /// <summary>Calls listeners, which may do with the map what they like: not in a use of it.</summary>
    public static void Flushed(long started, int mode)
    {
        if (started != 0)
        {
            double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            var tag = new KeyValuePair<string, object?>("mode", NameOf(mode));
            Call(() => s_flushDuration!.Record(seconds, tag));
        }
    }

    /// <summary>
    /// Makes the meter, with the first map. Not in a static constructor: listeners hear of each instrument, and one that
    /// throws would spoil this class for good, one that waits for another thread's map would wait for ever.
    /// </summary>
    private static void Publish()
    {
        var meter = new Meter("MmapIo");
        Call(() => s_flushDuration = meter.CreateHistogram<double>(
            "mmapio.flush.duration", "s", "How long flushing took, by mode."));
        Call(() => meter.CreateObservableUpDownCounter(
            "mmapio.maps.open", static () => Volatile.Read(ref s_openMaps), "{map}", "Maps that are mapped."));
        Call(() => meter.CreateObservableUpDownCounter(
            "mmapio.maps.bytes", static () => Volatile.Read(ref s_mappedBytes), "By", "Bytes they have together."));
        Call(() => meter.CreateObservableCounter(
            "mmapio.maps.abandoned", static () => Volatile.Read(ref s_abandonedMaps), "{map}",
            "Maps that were dropped without being disposed, and unmapped by their finalizer."));
        Call(() => meter.CreateObservableUpDownCounter(
            "mmapio.leases.outstanding", static () => ThreadUses.CountUses() + Volatile.Read(ref s_holds), "{lease}",
            "Leases and calls on maps under way, and what else keeps maps mapped: pins, rentals, arrays."));
        Call(() => meter.CreateObservableCounter(
            "mmapio.faults", static () => (long)Interop.mmapio_guard_faults(), "{fault}", "Faults that were survived."));
        Call(() => meter.CreateObservableCounter(
            "mmapio.listener.failures", static () => Volatile.Read(ref s_listenerFailures), "{failure}",
            "Calls of listeners to this meter, and of progress, that threw: what they were to be told, they have missed."));

        // The framework keeps every meter, and with it the assembly that it calls.
        if (AssemblyLoadContext.GetLoadContext(typeof(MapMetrics).Assembly) is { IsCollectible: true } context)
        {
            context.Unloading += _ => Call(meter.Dispose);
        }
    }

    /// <summary>Tells how far something has come, with what the meter's listeners are promised: what the code of others
    /// throws is counted and ends nothing, since bytes that were read in have been read in.</summary>
    public static void Tell(IProgress<long>? progress, long done)
    {
        if (progress is not null)
        {
            Call(() => progress.Report(done));
        }
    }

    private static void Call(Action others)
    {
        try
        {
            others();
        }
        catch (Exception)
        {
            Interlocked.Increment(ref s_listenerFailures);
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
