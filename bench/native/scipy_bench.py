# SciPy beside helixconv, `same`, one thread. Its allocator must be pinned (native/programs.ts), or half the time is page faults.
import scipy.ndimage
import scipy.signal
from lines import serve

serve(
    {
        "fftconvolve": lambda x, w: lambda: scipy.signal.fftconvolve(x, w, "same"),
        "oaconvolve": lambda x, w: lambda: scipy.signal.oaconvolve(x, w, "same"),
        "gaussian": lambda x, w: lambda: scipy.ndimage.gaussian_filter(
            x, [(n - 1) / 8 for n in w.shape], mode="constant", truncate=4
        ),
        # origin: ndimage centres even kernels one sample later.
        "ndimage": lambda x, w: lambda: scipy.ndimage.convolve(
            x, w, mode="constant", origin=[n % 2 - 1 for n in w.shape]
        ),
    }
)
