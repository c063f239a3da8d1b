using BenchmarkDotNet.Attributes;
using Microsoft.Win32.SafeHandles;

namespace MmapIo.Benchmarks;

/// <summary>8-byte reads at random places of a file that is on its device only. Per read.</summary>
public class ColdReads : IColdWork
{
    private const int Batches = 8;
    private const int Batch = 32;
    private const long Size = 1L << 30;
    private readonly long[] _places = new long[Batch];
    private readonly MapRange[] _ranges = new MapRange[Batch];
    private readonly Random _random = new(1);
    private DataFile _file = null!;
    private MemoryMap _map = null!;
    private SafeFileHandle _handle = null!;

    [GlobalSetup]
    public void Setup()
    {
        _file = new DataFile(Size);
        _map = MemoryMap.Open(_file.Path, MapAccess.Read, new MapOptions { Advice = MapAdvice.Random });
        _handle = File.OpenHandle(_file.Path);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _handle.Dispose();
        _map.Dispose();
        _file.Dispose();
    }

    [IterationSetup]
    public void Prepare() => _ = _map.Evict();

    [Benchmark(Baseline = true, OperationsPerInvoke = Batches * Batch)]
    public long Pread()
    {
        long sum = 0;
        for (int batch = 0; batch < Batches; batch++)
        {
            Choose();
            foreach (long place in _places)
            {
                sum += Baseline.baseline_pread(_handle.DangerousGetHandle(), place);
            }
        }
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Batches * Batch)]
    public long LeaseAfterPrefetch()
    {
        using MapLease lease = _map.Lease();
        long sum = 0;
        for (int batch = 0; batch < Batches; batch++)
        {
            Choose();
            for (int i = 0; i < Batch; i++)
            {
                _ranges[i] = new MapRange(_places[i], sizeof(long));
            }
            _ = _map.Prefetch(_ranges);
            foreach (long place in _places)
            {
                sum += lease.Read<long>(place);
            }
        }
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Batches * Batch)]
    public long LeaseAlone()
    {
        using MapLease lease = _map.Lease();
        long sum = 0;
        for (int batch = 0; batch < Batches; batch++)
        {
            Choose();
            foreach (long place in _places)
            {
                sum += lease.Read<long>(place);
            }
        }
        return sum;
    }

    private void Choose()
    {
        for (int i = 0; i < Batch; i++)
        {
            _places[i] = _random.NextInt64(Size / 8) * 8;
        }
    }
}
