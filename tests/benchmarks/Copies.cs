using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;

namespace MmapIo.Benchmarks;

/// <summary>Copying out of a map and into it, by size.</summary>
public unsafe class Copies : IWork
{
    private const int Largest = 1 << 26;
    private DataFile _file = null!;
    private MemoryMap _map = null!;
    private byte* _buffer;
    private byte* _data;

    [Params(4096, 65536, 1 << 20, 1 << 26)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _file = new DataFile(Largest);
        _map = MemoryMap.Open(_file.Path, MapAccess.ReadWrite);
        _map.Populate(forWriting: true);
        _buffer = (byte*)NativeMemory.AlignedAlloc(Largest, 4096);
        new Span<byte>(_buffer, Largest).Fill(1);
        using MapWriteLease lease = _map.LeaseForWrite();
        _data = (byte*)Unsafe.AsPointer(ref lease[0]);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        NativeMemory.AlignedFree(_buffer);
        _map.Dispose();
        _file.Dispose();
    }

    [Benchmark(Baseline = true)]
    public void C() => Baseline.baseline_copy(_buffer, _data, Size, 1);

    [Benchmark]
    public bool TryRead() => _map.TryRead(0, new Span<byte>(_buffer, Size), out _);

    [Benchmark]
    public void LeaseCopyOut()
    {
        using MapLease lease = _map.Lease(0, Size);
        lease.Span.CopyTo(new Span<byte>(_buffer, Size));
    }

    [Benchmark]
    public void CIn() => Baseline.baseline_copy(_data, _buffer, Size, 1);

    [Benchmark]
    public bool TryWrite() => _map.TryWrite(0, new ReadOnlySpan<byte>(_buffer, Size), out _);

    [Benchmark]
    public void LeaseCopyIn()
    {
        using MapWriteLease lease = _map.LeaseForWrite(0, Size);
        new ReadOnlySpan<byte>(_buffer, Size).CopyTo(lease.Span);
    }
}
