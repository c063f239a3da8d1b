using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using BenchmarkDotNet.Attributes;

namespace MmapIo.Benchmarks;

/// <summary>Small things that are done often, of 8 and of 64 bytes.</summary>
public unsafe class SmallThings : IWork
{
    private const int Times = 10_000;
    private const int Size = 64;
    private readonly byte[] _buffer = new byte[Size];
    private DataFile _file = null!;
    private MemoryMap _map = null!;
    private MemoryMappedFile _inBox = null!;
    private MemoryMappedViewAccessor _accessor = null!;
    private byte* _data;
    private Block _block;

    [GlobalSetup]
    public void Setup()
    {
        _file = new DataFile(1 << 20);
        _map = MemoryMap.Open(_file.Path, MapAccess.ReadWrite);
        _map.Populate(forWriting: true);
        _inBox = MemoryMappedFile.CreateFromFile(_file.Path, FileMode.Open);
        _accessor = _inBox.CreateViewAccessor();
        using MapWriteLease lease = _map.LeaseForWrite();
        _data = (byte*)Unsafe.AsPointer(ref lease[0]);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _accessor.Dispose();
        _inBox.Dispose();
        _map.Dispose();
        _file.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Times)]
    public void Memcpy()
    {
        fixed (byte* buffer = _buffer)
        {
            for (int i = 0; i < Times; i++)
            {
                Buffer.MemoryCopy(_data + (i & 1023), buffer, Size, Size);
            }
        }
    }

    [Benchmark(OperationsPerInvoke = Times)]
    public void TryRead()
    {
        for (int i = 0; i < Times; i++)
        {
            _ = _map.TryRead(i & 1023, _buffer, out _);
        }
    }

    [Benchmark(OperationsPerInvoke = Times)]
    public void TryWrite()
    {
        for (int i = 0; i < Times; i++)
        {
            _ = _map.TryWrite(i & 1023, _buffer, out _);
        }
    }

    [Benchmark(OperationsPerInvoke = Times)]
    public void Write64Bytes()
    {
        for (int i = 0; i < Times; i++)
        {
            _map.Write(i & 1023, _block);
        }
    }

    [Benchmark(OperationsPerInvoke = Times)]
    public void LeaseSlice64Bytes()
    {
        using MapWriteLease lease = _map.LeaseForWrite();
        for (int i = 0; i < Times; i++)
        {
            _buffer.AsSpan().CopyTo(lease.Slice(i & 1023, Size));
        }
    }

    [Benchmark(OperationsPerInvoke = Times)]
    public void InBoxWriteArray()
    {
        for (int i = 0; i < Times; i++)
        {
            _accessor.WriteArray(i & 1023, _buffer, 0, Size);
        }
    }

    [Benchmark(OperationsPerInvoke = Times)]
    public long Read8Bytes()
    {
        long sum = 0;
        for (int i = 0; i < Times; i++)
        {
            sum += _map.Read<long>(i & 1023);
        }
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Times)]
    public void TakeAndReturnALease()
    {
        for (int i = 0; i < Times; i++)
        {
            using MapLease lease = _map.Lease();
        }
    }

    [Benchmark(OperationsPerInvoke = Times)]
    public void Add()
    {
        for (int i = 0; i < Times; i++)
        {
            _ = _map.Add(128, 1L);
        }
    }

    [InlineArray(Size / sizeof(long))]
    private struct Block
    {
        private long _first;
    }
}
