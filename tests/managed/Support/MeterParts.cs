using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;

namespace MmapIo.Tests;

/// <summary>The meter, seen from a process where nobody else maps anything.</summary>
internal static class MeterParts
{
    private static readonly Dictionary<string, double> s_seen = [];

    public static void Measure(string path)
    {
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == "MmapIo")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => s_seen[instrument.Name] = value);
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) =>
            s_seen[$"{instrument.Name}:{tags[0].Value}"] = value);
        listener.Start();
        MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite);
        Tell(listener, "one map");
        using (map.Lease())
        using (map.LeaseForWrite(0, 1))
        {
            Tell(listener, "two leases");
        }
        using (map.GetMemory(0, 10).Pin())
        using (map.Rent(0, 10))
        {
            Tell(listener, "a pin and a rental");
        }
        map.Flush();
        map.Flush(FlushMode.Durable);
        map.Resize(3 * Environment.SystemPageSize);
        Tell(listener, "longer");
        Cut.To(path, 0);
        _ = map.TryRead(0, new byte[1], out _);
        _ = map.TryWrite(0, new byte[1], out _);
        map.Dispose();
        Tell(listener, "closed");
        Drop();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Tell(listener, "dropped");
        string modes = string.Join(' ', s_seen.Keys.Where(key => key.Contains(':', StringComparison.Ordinal)).Order());
        bool plausible = s_seen.Where(pair => pair.Key.Contains(':', StringComparison.Ordinal))
            .All(pair => pair.Value is > 0 and < 60);
        Console.WriteLine($"{modes} {plausible}");
    }

    /// <summary>With a listener that throws whenever it is called, or that uses the map it is told of.</summary>
    public static void Misbehave(string path, string how)
    {
        MemoryMap? map = null;
        int calls = 0;
        double failures = 0;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == "MmapIo")
                {
                    self.EnableMeasurementEvents(instrument);
                    MemoryMap.CreateAnonymous(1).Dispose();
                    if (how == "published")
                    {
                        throw new InvalidOperationException("of the listener");
                    }
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, _, _) =>
        {
            calls++;
            map!.Resize(map.Length + 1000);
            map.Protect(MapProtection.Read);
            map.Protect(MapProtection.ReadWrite);
            var other = new Thread(() => map.Resize(map.Length + 1000));
            other.Start();
            other.Join();
            if (how == "throws")
            {
                throw new InvalidOperationException("of the listener");
            }
        });
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
            failures = instrument.Name == "mmapio.listener.failures" ? value : failures);
        listener.Start();
        map = MemoryMap.Open(path, MapAccess.ReadWrite);
        map.Flush();
        map.FlushAsync().AsTask().GetAwaiter().GetResult();
        Mmap.Sync(map, 0, 1, blocking: true);
        long length = map.Length;
        map.Dispose();
        listener.RecordObservableInstruments();
        Console.WriteLine($"{calls} {length} {failures}");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Drop() => _ = MemoryMap.CreateAnonymous(1000).Length;

    private static void Tell(MeterListener listener, string step)
    {
        listener.RecordObservableInstruments();
        string[] names = ["maps.open", "maps.bytes", "leases.outstanding", "faults", "maps.abandoned"];
        Console.WriteLine($"{step}: {string.Join(' ', names.Select(name => s_seen["mmapio." + name]))}");
    }
}
