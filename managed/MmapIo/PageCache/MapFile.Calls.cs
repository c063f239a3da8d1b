using Microsoft.Win32.SafeHandles;

namespace MmapIo;

public static unsafe partial class MapFile
{
    /// <summary>A call of the native library on a range that is not empty; 0 for a length goes to the end.</summary>
    private delegate int NativeCall(nint file, ulong offset, ulong length, NativeError* error);

    private static SafeFileHandle Open(string action, string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return FileOpening.OpenExisting(action, path);
    }

    private static MapResidency GetResidency(SafeFileHandle file, long offset, long? length, string? path)
    {
        NativeResidency result = default;
        Call(file, offset, length, "tell the residency of", path, (handle, from, bytes, error) =>
        {
            NativeResidency report = new() { StructSize = (uint)sizeof(NativeResidency) };
            int status = Interop.mmapio_file_residency(handle, from, bytes, &report, error);
            result = report;
            return status;
        });
        return MapResidency.From(result, isEmpty: result.Pages == 0);
    }

    private static MapEviction Evict(SafeFileHandle file, long offset, long? length, string? path)
    {
        NativeEviction result = default;
        Call(file, offset, length, "evict", path, (handle, from, bytes, error) =>
        {
            NativeEviction report = new() { StructSize = (uint)sizeof(NativeEviction) };
            int status = Interop.mmapio_file_evict(handle, from, bytes, &report, error);
            result = report;
            return status;
        });
        return MapEviction.From(result, isEmpty: result.Pages == 0);
    }

    private static AdviceOutcome AdviseNative(
        SafeFileHandle file, FileAdvice advice, long offset, long? length, string? path)
    {
        uint outcome = 0;
        Call(file, offset, length, "give advice on", path, (handle, from, bytes, error) =>
        {
            uint became;
            int status = Interop.mmapio_file_advise(handle, from, bytes, (uint)advice, &became, error);
            outcome = became;
            return status;
        });
        return (AdviceOutcome)outcome;
    }

    private static ValueTask<AdviceOutcome> Prefetch(
        SafeFileHandle file, long offset, long? length, bool owns, string? path, IProgress<long>? progress,
        CancellationToken cancellationToken)
    {
        bool held = false;
        try
        {
            CheckArguments(file, offset, length);
            MapRange[] range = [new(offset, CheckedLength(file, offset, length, "read ahead in", path))];
            if (cancellationToken.IsCancellationRequested)
            {
                Release(file, owns, held);
                return ValueTask.FromCanceled<AdviceOutcome>(cancellationToken);
            }
            file.DangerousAddRef(ref held);
            return new ValueTask<AdviceOutcome>(HeldWork.Run(
                () => PrefetchSteps.Run(range, Ask, progress, cancellationToken),
                () => Release(file, owns, held: true)));
        }
        catch
        {
            Release(file, owns, held);
            throw;
        }

        // A step of one range has one part of it.
        AdviceOutcome Ask(ReadOnlySpan<MapRange> step) =>
            AdviseNative(file, FileAdvice.WillNeed, step[0].Offset, step[0].Length, path);
    }

    private static void Release(SafeFileHandle file, bool owns, bool held)
    {
        if (held)
        {
            file.DangerousRelease();
        }
        if (owns)
        {
            file.Dispose();
        }
    }

    private static void Call(
        SafeFileHandle file, long offset, long? length, string action, string? path, NativeCall call)
    {
        CheckArguments(file, offset, length);
        if (length == 0)
        {
            // To the native library that would mean all up to the end.
            _ = CheckedLength(file, offset, 0, action, path);
            return;
        }
        NativeError error;
        int status;
        bool held = false;
        try
        {
            file.DangerousAddRef(ref held);
            status = call(file.DangerousGetHandle(), (ulong)offset, (ulong)(length ?? 0), &error);
        }
        finally
        {
            if (held)
            {
                file.DangerousRelease();
            }
        }
        string argument = (MapStatus)status == MapStatus.OutOfRange ? nameof(offset) : nameof(file);
        MapErrors.ThrowIfFailed(status, error, action, path, argument);
    }

    private static void CheckArguments(SafeFileHandle file, long offset, long? length)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (length is < 0)
        {
            MapErrors.ThrowRange(nameof(length), length, "Negative.");
        }
    }

    /// <summary>How long a range is. Throws if it is not inside the file.</summary>
    private static long CheckedLength(SafeFileHandle file, long offset, long? length, string action, string? path)
    {
        long total = RandomAccess.GetLength(file);
        if (total == 0 && FileKinds.Of(file) is not FileKind.File and var kind)
        {
            MapErrors.ThrowNoFile(action, path, kind);
        }
        if (offset > total)
        {
            MapErrors.ThrowRange(nameof(offset), offset, $"The file has {total} bytes.");
        }
        if (length > total - offset)
        {
            MapErrors.ThrowRange(nameof(length), length, $"The file has {total} bytes, {total - offset} from there.");
        }
        return length ?? total - offset;
    }
}
