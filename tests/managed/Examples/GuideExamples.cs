using System.Diagnostics.Metrics;
using System.Runtime.InteropServices;

namespace MmapIo.Tests;

/// <summary>The examples of docs/guide.md, as <see cref="ReadmeExamples"/> has those of the README.</summary>
public sealed class GuideExamples : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Spans_that_survive()
    {
        Needs.Capability(MemoryMap.Capabilities.CanZeroFillOnFault, "let leases survive a fault");
        string path = _scratch.Holding([0, 1, 0]);

        // guide: torn
        using MemoryMap map = MemoryMap.Open(path, MapAccess.Read, new MapOptions { ZeroFillOnFault = true });
        using MapLease lease = map.Lease();
        int zeros = lease.Span.Count((byte)0);
        bool isWhole = !lease.IsTorn;
        // end

        Assert.Equal(2, zeros);
        Assert.True(isWhole);
    }

    [Fact]
    public async Task Flushing_off_the_thread()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        string path = _scratch.Sparse(100);
        using MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite);

        // guide: flush
        map.Write(0, 47474L);
        await map.FlushAsync(FlushMode.Durable, cancellationToken);
        // end

        Assert.Equal(47474L, BitConverter.ToInt64(Files.Bytes(path)));
    }

    [Fact]
    public async Task Populating()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(100_000));

        // guide: populate
        var progress = new Progress<long>(bytes => Console.WriteLine($"{bytes} bytes"));
        PopulateResult result = await map.PopulateAsync(progress: progress, cancellationToken: cancellationToken);
        Console.WriteLine($"{result.BytesPerSecond / 1e9:F1} GB/s");
        // end

        Assert.Equal(100_000, result.Bytes);
    }

    [Fact]
    public void Locking_and_protecting()
    {
        Needs.Capability(MemoryMap.Capabilities.CanLockOnFault, "lock pages as they arrive");
        using MemoryMap map = MemoryMap.CreateAnonymous(2 * MemoryMap.PageSize);

        // guide: lock
        map.Lock(LockMode.OnFault);
        map.Protect(MapProtection.Read, 0, MemoryMap.PageSize);
        // end

        Assert.Throws<UnauthorizedAccessException>(() => map.Write(0, 1L));
        map.Write(MemoryMap.PageSize, 1L);
    }

    [Fact]
    public void Passing_memory_on()
    {
        Needs.Capability(MemoryMap.Capabilities.CanSeal, "seal memory");

        // guide: handle
        using MemoryMap map = MemoryMap.CreateShared(null, 65536);
        map.Write(0, 47474L);
        map.Seal(MapSeals.Shrink | MapSeals.Grow);
        using SafeHandle handle = map.ExportHandle();
        using MemoryMap received = MemoryMap.OpenShared(handle, MapAccess.Read);
        // end

        Assert.Equal(47474L, received.Read<long>(0));
        Assert.Equal(65536, received.Length);
    }

    [Fact]
    public void Huge_pages_and_guard_pages()
    {
        Needs.Capability(MemoryMap.Capabilities.CanSetGuardPages, "put guard pages around a map");

        // guide: huge
        var options = new MapOptions { HugePages = HugePages.Prefer(), GuardPages = true };
        using MemoryMap map = MemoryMap.CreateAnonymous(64 << 20, options);
        Console.WriteLine($"got {map.HugePages.Mode} pages");
        // end

        Assert.NotEqual(HugePageMode.Prefer, map.HugePages.Mode);
        map.Write(map.Length - sizeof(long), 1L);
    }

    [Fact]
    public void Snapshots()
    {
        string path = _scratch.Patterned(10_000);

        // guide: snapshot
        using MemoryMap map = MemoryMap.OpenSnapshot(path);
        // end

        Cut.To(path, 0);
        using MapLease lease = map.Lease();
        Assert.Equal(Pattern.Bytes(0, 10_000), lease.Span);
    }

    [Fact]
    public void Metrics()
    {
        // guide: metrics
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == "MmapIo")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.Start();
        // end

        long opened = 0;
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => opened += value);
        using MemoryMap map = MemoryMap.CreateAnonymous(1);
        listener.RecordObservableInstruments();
        Assert.True(opened > 0);
    }
}
