using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;

namespace MmapIo.Benchmarks;

/// <summary>Copying out of a map and into it, by size.</summary>
public unsafe class Copies
{
    private DataFile _file = null!;
    private MemoryMap _map = null!;
    private byte* _buffer;
    private byte* _data;

    [Params(64, 4096, 65536, 1 << 26)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _file = new DataFile(1 << 26);
        _map = MemoryMap.Open(_file.Path, MapAccess.ReadWrite);
        _map.Populate(forWriting: true);
        _buffer = (byte*)NativeMemory.AlignedAlloc(1 << 26, 4096);
        new Span<byte>(_buffer, 1 << 26).Fill(1);
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
    public void Memcpy() => Buffer.MemoryCopy(_data, _buffer, Size, Size);

    [Benchmark]
    public bool TryRead() => _map.TryRead(0, new Span<byte>(_buffer, Size), out _);

    [Benchmark]
    public bool TryWrite() => _map.TryWrite(0, new ReadOnlySpan<byte>(_buffer, Size), out _);

    [Benchmark]
    public void LeaseCopyOut()
    {
        using MapLease lease = _map.Lease(0, Size);
        lease.Span.CopyTo(new Span<byte>(_buffer, Size));
    }

    [Benchmark]
    public void LeaseCopyIn()
    {
        using MapWriteLease lease = _map.LeaseForWrite(0, Size);
        new ReadOnlySpan<byte>(_buffer, Size).CopyTo(lease.Span);
    }
}

/// <summary>Small things that are done often.</summary>
public unsafe class SmallThings
{
    private DataFile _file = null!;
    private MemoryMap _map = null!;
    private Block _block;

    [GlobalSetup]
    public void Setup()
    {
        _file = new DataFile(1 << 20);
        _map = MemoryMap.Open(_file.Path, MapAccess.ReadWrite);
        _map.Populate(forWriting: true);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _map.Dispose();
        _file.Dispose();
    }

    [Benchmark]
    public void Write64Bytes() => _map.Write(128, _block);

    [Benchmark]
    public long Read8Bytes() => _map.Read<long>(128);

    [Benchmark]
    public void TakeAndReturnALease()
    {
        using MapLease lease = _map.Lease();
    }

    [Benchmark]
    public long Add() => _map.Add(128, 1L);

    [InlineArray(8)]
    private struct Block
    {
        private long _first;
    }
}
