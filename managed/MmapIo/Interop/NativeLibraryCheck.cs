namespace MmapIo;

/// <summary>
/// The handshake with the native library, made once per process, before the first call that matters. Whatever is
/// wrong with the library, callers get one exception that says what was found and what was expected.
/// </summary>
internal static class NativeLibraryCheck
{
    private static readonly PlatformNotSupportedException? s_problem = Check();

    /// <summary>Throws unless a library of a fitting ABI is loaded. Costs a comparison.</summary>
    /// <exception cref="PlatformNotSupportedException">The library is missing, foreign, or of another ABI.</exception>
    internal static void Require()
    {
        if (s_problem is not null)
        {
            throw new PlatformNotSupportedException(s_problem.Message, s_problem.InnerException);
        }
    }

    private static PlatformNotSupportedException? Check()
    {
        try
        {
            uint found = Interop.mmapio_abi_version();
            return Judge(found);
        }
        catch (DllNotFoundException e)
        {
            return Problem("it is missing, or is not for this processor or C library", e);
        }
        catch (BadImageFormatException e)
        {
            return Problem("the file found is not a library for this processor", e);
        }
        catch (EntryPointNotFoundException e)
        {
            return Problem("the file found is some other library", e);
        }
    }

    /// <summary>Compares the ABI of a library, as major &lt;&lt; 16 | minor, with the one this assembly needs.</summary>
    internal static PlatformNotSupportedException? Judge(uint found)
    {
        uint major = found >> 16;
        uint minor = found & 0xFFFF;
        return major == Interop.AbiMajor && minor >= Interop.AbiMinor
            ? null
            : Problem($"the one found has ABI {major}.{minor}", null);
    }

    private static PlatformNotSupportedException Problem(string what, Exception? cause) => new(
        $"MmapIo cannot use its native library {Interop.Library} on {PortableRid.Current}: {what}. Expected is one with ABI " +
        $"{Interop.AbiMajor}.{Interop.AbiMinor}, which the MmapIo package carries in runtimes/{PortableRid.Current}/native/." +
        (cause is null ? "" : $" The runtime says: {cause.Message}"),
        cause);
}
