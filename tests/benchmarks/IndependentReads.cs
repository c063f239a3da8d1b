using System.Runtime.CompilerServices;
using BenchmarkDotNet.Attributes;

namespace MmapIo.Benchmarks;

/// <summary>
/// 8-byte reads at random places that do not depend on one another. The processor has some twenty under way at once, so
/// that what counts is how many instructions stand around each. Per read.
/// </summary>
public unsafe class IndependentReads : IWork
{
    private const int Reads = 1 << 16;
    private const int Size = 1 << 26;
    private const ulong Mask = (Size / 2) - 1;
    private DataFile _file = null!;
    private MemoryMap _map = null!;
    private byte* _pointer;
    private ulong _at = 88172645463325252;

    [GlobalSetup]
    public void Setup()
    {
        _file = new DataFile(Size);
        _map = MemoryMap.Open(_file.Path);
        _map.Populate();
        using MapLease lease = _map.Lease();
        _pointer = (byte*)Unsafe.AsPointer(ref Unsafe.AsRef(in lease.Span[0]));
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _map.Dispose();
        _file.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Reads)]
    public ulong Pointer()
    {
        byte* pointer = _pointer;
        ulong at = _at;
        ulong sum = 0;
        for (int i = 0; i < Reads; i++)
        {
            sum += *(ulong*)(pointer + Next(ref at));
        }
        _at = at;
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Reads)]
    public ulong LeaseSpan()
    {
        using MapLease lease = _map.Lease();
        ReadOnlySpan<byte> span = lease.Span;
        ulong at = _at;
        ulong sum = 0;
        for (int i = 0; i < Reads; i++)
        {
            sum += BitConverter.ToUInt64(span[(int)Next(ref at)..]);
        }
        _at = at;
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Reads)]
    public ulong Lease()
    {
        using MapLease lease = _map.Lease();
        ulong at = _at;
        ulong sum = 0;
        for (int i = 0; i < Reads; i++)
        {
            sum += lease.Read<ulong>((long)Next(ref at));
        }
        _at = at;
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Reads)]
    public ulong MapRead()
    {
        ulong at = _at;
        ulong sum = 0;
        for (int i = 0; i < Reads; i++)
        {
            sum += _map.Read<ulong>((long)Next(ref at));
        }
        _at = at;
        return sum;
    }

    private static ulong Next(ref ulong at)
    {
        at ^= at << 13;
        at ^= at >> 7;
        at ^= at << 17;
        return at & Mask;
    }
}
