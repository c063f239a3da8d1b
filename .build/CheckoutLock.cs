namespace MmapIo.Build;

/// <summary>
/// Keeps two builds out of the same artifacts/ folder. The system drops the lock with the process that holds it, so
/// a killed build leaves nothing to clean up.
/// </summary>
internal sealed class CheckoutLock : IDisposable
{
    /// <summary>
    /// Set for everything started under the lock: a test may itself call build.sh without waiting forever.
    /// </summary>
    public const string HeldVariable = "MMAPIO_BUILD_LOCK_HELD";

    /// <summary>The lock, directly under artifacts/.</summary>
    public const string FileName = ".lock";

    private static readonly TimeSpan s_pollInterval = TimeSpan.FromMilliseconds(100);
    private readonly FileStream? _file;

    private CheckoutLock(FileStream? file) => _file = file;

    /// <summary>Whether this process, or the one that started it, has the checkout to itself.</summary>
    public static bool IsHeld { get; private set; } = Environment.GetEnvironmentVariable(HeldVariable) == "1";

    public static async Task<CheckoutLock> TakeAsync()
    {
        if (IsHeld)
        {
            return new CheckoutLock(null);
        }

        string path = Path.Combine(Repository.Artifacts, FileName);
        bool told = false;
        while (true)
        {
            try
            {
                Directory.CreateDirectory(Repository.Artifacts);
                var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                IsHeld = true;
                return new CheckoutLock(file);
            }
            catch (IOException failure) when (IsTaken(failure))
            {
                if (!told)
                {
                    Step.Say("waiting for another build in this checkout to end");
                    told = true;
                }

                await Task.Delay(s_pollInterval);
            }
            catch (Exception failure) when (failure is UnauthorizedAccessException or IOException)
            {
                throw new StepFailedException(
                    $"everything that is built goes to {Repository.Artifacts}, which cannot be written to: "
                    + $"{failure.Message}\nBuild in a checkout of your own.");
            }
        }
    }

    public void Dispose()
    {
        if (_file is not null)
        {
            IsHeld = false;
            _file.Dispose();
        }
    }

    /// <summary>Sharing violation on Windows, EAGAIN on Linux and macOS: anything else would never go away.</summary>
    private static bool IsTaken(IOException failure) =>
        failure.HResult == (OperatingSystem.IsWindows() ? unchecked((int)0x80070020)
            : OperatingSystem.IsMacOS() ? 35 : 11);
}
