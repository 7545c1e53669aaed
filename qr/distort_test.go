package qr

import (
	"bytes"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"testing"

	"golang.org/x/image/draw"
)

// distortion is what a photo, a screen or a messenger does to a picture.
type distortion func(*image.Gray) *image.Gray

// after does one after the other.
func after(all ...distortion) distortion {
	return func(img *image.Gray) *image.Gray {
		for _, d := range all {
			img = d(img)
		}
		return img
	}
}

// inGray is the picture with one byte a pixel and nothing between its rows.
func inGray(img image.Image) *image.Gray {
	out := image.NewGray(img.Bounds())
	draw.Draw(out, out.Rect, img, image.Point{}, draw.Src)
	return out
}

// wide scales the whole picture to the width.
func wide(img *image.Gray, width int) *image.Gray {
	b := img.Bounds()
	if width == b.Dx() {
		return img
	}
	out := image.NewGray(image.Rect(0, 0, width, b.Dy()*width/b.Dx()))
	draw.CatmullRom.Scale(out, out.Bounds(), img, b, draw.Src, nil)
	return out
}

func scaled(width int) distortion {
	return func(img *image.Gray) *image.Gray { return wide(img, width) }
}

// pixels computes each pixel anew.
func pixels(img *image.Gray, value func(x, y int) float64) *image.Gray {
	out := image.NewGray(img.Bounds())
	for i := range out.Pix {
		out.Pix[i] = uint8(min(max(value(i%out.Stride, i/out.Stride), 0), 255))
	}
	return out
}

func bright(img *image.Gray, x, y int) float64 { return float64(img.Pix[y*img.Stride+x]) }

// blurred is a lens out of focus: a Gaussian of that many pixels.
func blurred(sigma float64) distortion {
	reach := int(math.Ceil(3 * sigma))
	weights, total := make([]float64, 2*reach+1), 0.0
	for i := range weights {
		d := float64(i - reach)
		weights[i] = math.Exp(-d * d / (2 * sigma * sigma))
		total += weights[i]
	}
	along := func(dx, dy int) distortion {
		return func(img *image.Gray) *image.Gray {
			w, h := img.Rect.Dx(), img.Rect.Dy()
			return pixels(img, func(x, y int) (sum float64) {
				for i, weight := range weights {
					at := i - reach
					sum += weight / total * bright(img, min(max(x+at*dx, 0), w-1), min(max(y+at*dy, 0), h-1))
				}
				return sum
			})
		}
	}
	return after(along(1, 0), along(0, 1))
}

// shaken is a hand that moved by that many pixels.
func shaken(by int) distortion {
	return func(img *image.Gray) *image.Gray {
		w := img.Rect.Dx()
		return pixels(img, func(x, y int) (sum float64) {
			for i := range by {
				sum += bright(img, min(x+i, w-1), y) / float64(by)
			}
			return sum
		})
	}
}

// table is the gray on which a photographed picture lies.
const table = 110

// warped takes each pixel of a picture of that size from elsewhere.
func warped(img *image.Gray, width, height int, from func(x, y float64) (float64, float64)) *image.Gray {
	at := func(x, y int) float64 {
		if !(image.Point{x, y}).In(img.Rect) {
			return table
		}
		return bright(img, x, y)
	}
	return pixels(image.NewGray(image.Rect(0, 0, width, height)), func(x, y int) float64 {
		sx, sy := from(float64(x), float64(y))
		x0, y0 := math.Floor(sx), math.Floor(sy)
		fx, fy, ix, iy := sx-x0, sy-y0, int(x0), int(y0)
		return (at(ix, iy)*(1-fx)+at(ix+1, iy)*fx)*(1-fy) + (at(ix, iy+1)*(1-fx)+at(ix+1, iy+1)*fx)*fy
	})
}

// turned is a picture that lies askew.
func turned(degrees float64) distortion {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	return func(img *image.Gray) *image.Gray {
		w, h := float64(img.Rect.Dx()), float64(img.Rect.Dy())
		width, height := w*math.Abs(cos)+h*math.Abs(sin), w*math.Abs(sin)+h*math.Abs(cos)
		return warped(img, int(width), int(height), func(x, y float64) (float64, float64) {
			x, y = x-width/2, y-height/2
			return x*cos + y*sin + w/2, y*cos - x*sin + h/2
		})
	}
}

// leaning is a phone held at a slant: the top is that part narrower than the bottom.
func leaning(part float64) distortion {
	return func(img *image.Gray) *image.Gray {
		w, h := float64(img.Rect.Dx()), float64(img.Rect.Dy())
		return warped(img, int(w), int(h), func(x, y float64) (float64, float64) {
			depth := 1 - part*(1-y/h)
			return (x-w/2)/depth + w/2, h - (h-y)/depth*(1-part/2)
		})
	}
}

// lit changes contrast and brightness.
func lit(contrast, add float64) distortion {
	return func(img *image.Gray) *image.Gray {
		return pixels(img, func(x, y int) float64 { return contrast*bright(img, x, y) + add })
	}
}

// shaded is a shadow over one side.
func shaded(to float64) distortion {
	return func(img *image.Gray) *image.Gray {
		w := float64(img.Rect.Dx())
		return pixels(img, func(x, y int) float64 { return bright(img, x, y) * (1 - (1-to)*float64(x)/w) })
	}
}

// noisy is a cheap camera in the evening.
func noisy(sigma float64) distortion {
	return func(img *image.Gray) *image.Gray {
		r := rand.New(rand.NewPCG(1, 2))
		return pixels(img, func(x, y int) float64 { return bright(img, x, y) + sigma*r.NormFloat64() })
	}
}

// compressed is a messenger's JPEG.
func compressed(t *testing.T, quality int) distortion {
	return func(img *image.Gray) *image.Gray {
		var file bytes.Buffer
		if err := jpeg.Encode(&file, img, &jpeg.Options{Quality: quality}); err != nil {
			t.Fatal(err)
		}
		back, err := jpeg.Decode(&file)
		if err != nil {
			t.Fatal(err)
		}
		return inGray(back)
	}
}
